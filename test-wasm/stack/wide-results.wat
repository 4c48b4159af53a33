;;! proves: results count: a recursion that returns many values is out of stack, not out of V8's stack
;;! fuel: 1e7
;;! fire: main
;;! crashed: OutOfStack
(module
  (func (export "main")
    (call $many)
    drop drop drop drop drop drop drop drop drop drop drop drop drop drop drop drop
    drop drop drop drop drop drop drop drop drop drop drop drop drop drop drop drop)
  (func $many
    (result
      f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64
      f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
    (call $many)))
