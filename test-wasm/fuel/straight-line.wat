;;! proves: a run whose charge exceeds its fuel is out of fuel, also where no check stands before its return
;;! fire: main
;;! fuel: 26
;;! returned: i32 13
;;! fuel-used: 26
;;! fire: main
;;! fuel: 25
;;! crashed: OutOfFuel
;;! fuel-used: 25
(module
  (func (export "main") (result i32)
    (i32.const 1)
    (i32.add (i32.const 1)) (i32.add (i32.const 1)) (i32.add (i32.const 1)) (i32.add (i32.const 1))
    (i32.add (i32.const 1)) (i32.add (i32.const 1)) (i32.add (i32.const 1)) (i32.add (i32.const 1))
    (i32.add (i32.const 1)) (i32.add (i32.const 1)) (i32.add (i32.const 1)) (i32.add (i32.const 1))))
