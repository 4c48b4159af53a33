;;! proves: parameters, locals and operands all count: wide frames are out of stack, not out of V8's stack
;;! fuel: 1e7
;;! fire: parameters
;;! crashed: OutOfStack
;;! fire: vectors
;;! crashed: OutOfStack
;;! fire: operands
;;! crashed: OutOfStack
(module
  (func (export "parameters") (call $wide
    (f64.const 1) (f64.const 2) (f64.const 3) (f64.const 4) (f64.const 5) (f64.const 6) (f64.const 7) (f64.const 8)))
  (func $wide (param f64 f64 f64 f64 f64 f64 f64 f64)
    (call $wide (local.get 7) (local.get 0) (local.get 1) (local.get 2)
      (local.get 3) (local.get 4) (local.get 5) (local.get 6)))
  (func $vectors (export "vectors") (local v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)
    (call $vectors)
    (drop (local.get 9)))
  (func $operands (export "operands") (result i64)
    (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7) (i64.const 8)
    (call $operands)
    (i64.add) (i64.add) (i64.add) (i64.add) (i64.add) (i64.add) (i64.add) (i64.add)))
