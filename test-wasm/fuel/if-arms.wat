;;! proves: each arm of an `if` pays for itself, and neither for the other
;;! fire: main 1
;;! returned: i32 1
;;! fuel-used: 4
;;! fire: main 0
;;! returned: i32 5
;;! fuel-used: 12
;;! fire: spin_in_else
;;! fuel: 1e6
;;! crashed: OutOfFuel
(module
  (func (export "main") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.const 1))
      (else
        (i32.add (i32.const 1) (i32.add (i32.const 1) (i32.add (i32.const 1)
          (i32.add (i32.const 1) (i32.const 1))))))))
  (func (export "spin_in_else")
    (loop $again
      (if (i32.const 0) (then) (else (br $again))))))
