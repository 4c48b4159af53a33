;;! proves: what stands before a trap in its straight run was paid for: the charge comes first
;;! fire: main
;;! crashed: Trapped integer divide by zero
;;! fuel-used: 14..30
;;! fire: main
;;! fuel: 10
;;! crashed: OutOfFuel | Trapped integer divide by zero
(module
  (func (export "main")
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.div_s (i32.const 1) (i32.const 0)))))
