;;! proves: what a start function does is paid from the same account as the call after it
;;! fire: main
;;! returned:
;;! fuel-used: 4002
;;! fire: main
;;! fuel: 4001
;;! crashed: OutOfFuel
(module
  (global $i (mut i32) (i32.const 0))
  ;; Entry 1, five hundred rounds of eight, and 1 for entering `main`.
  (func $start
    (loop $again
      (global.set $i (i32.add (global.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (global.get $i) (i32.const 500)))))
  (start $start)
  (func (export "main")))
