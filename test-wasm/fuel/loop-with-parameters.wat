;;! proves: an endless loop that carries values on the operand stack ends when its fuel does
;;! fire: main
;;! fuel: 1e6
;;! crashed: OutOfFuel
(module
  (func (export "main")
    (i32.const 1) (i64.const 2)
    (loop $again (param i32 i64)
      (br $again))))
