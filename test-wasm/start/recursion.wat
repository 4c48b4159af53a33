;;! proves: a start function that recurses for ever is out of stack
;;! fire: main
;;! fuel: 1e7
;;! crashed: OutOfStack
(module
  (start $begin)
  (func $begin (call $begin))
  (func (export "main")))
