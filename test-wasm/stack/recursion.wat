;;! proves: endless recursion is out of stack: direct, mutual and through a table
;;! fuel: 1e7
;;! fire: direct
;;! crashed: OutOfStack
;;! fire: mutual
;;! crashed: OutOfStack
;;! fire: through_table
;;! crashed: OutOfStack
;;! fire: with_result
;;! crashed: OutOfStack
(module
  (table 1 funcref)
  (elem (i32.const 0) $through)
  (func $direct (export "direct") (call $direct))
  (func $mutual (export "mutual") (call $other))
  (func $other (call $mutual))
  (func $through (export "through_table") (call_indirect (i32.const 0)))
  (func $with_result (export "with_result") (result i64)
    (i64.add (call $with_result) (i64.const 1))))
