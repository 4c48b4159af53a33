;;! proves: a trap is reached exactly by the fuel of what stands before it, whatever is charged ahead of it
;;! fire: main
;;! crashed: Trapped integer divide by zero
;;! fuel-used: 14
;;! fire: main
;;! fuel: 14
;;! crashed: Trapped integer divide by zero
;;! fuel-used: 14
;;! fire: main
;;! fuel: 13
;;! crashed: OutOfFuel
(module
  (func (export "main")
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.div_s (i32.const 1) (i32.const 0)))))
