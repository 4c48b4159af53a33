;;! proves: an endless row of tail calls is out of fuel, and never out of stack
;;! needs: tail-call
;;! fuel: 1e7
;;! fire: direct
;;! crashed: OutOfFuel
;;! fire: mutual
;;! crashed: OutOfFuel
;;! fire: through_table
;;! crashed: OutOfFuel
(module
  (table 1 funcref)
  (elem (i32.const 0) $through)
  (func $direct (export "direct") (return_call $direct))
  (func $mutual (export "mutual") (return_call $other))
  (func $other (return_call $mutual))
  (func $through (export "through_table") (return_call_indirect (i32.const 0))))
