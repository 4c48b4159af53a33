;;! proves: a function gets its arguments, gives its values, and pays what Wasmtime would charge
;;! fire: add 2 3
;;! returned: i32 5
;;! fuel-used: 4
;;! fire: add -1 -2147483648
;;! returned: i32 2147483647
;;! fire: add 2 3
;;! fuel: 4
;;! returned: i32 5
;;! fire: add 2 3
;;! fuel: 3
;;! crashed: OutOfFuel
;;! fuel-used: 3
;;! fire: add 2 3
;;! fuel: 0
;;! crashed: OutOfFuel
(module
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))
