;;! proves: a trap in a loop ends as OutOfFuel where less was given than what ran before it, wherever the counter was
;;! fire: main
;;! fuel: 1000
;;! crashed: Trapped integer divide by zero
;;! fire: main
;;! fuel: 30
;;! crashed: OutOfFuel
;;! fire: main
;;! fuel: 40
;;! crashed: OutOfFuel
;;! fire: main
;;! fuel: 45
;;! crashed: OutOfFuel
(module
  (func (export "main") (local $i i32)
    loop $outer
      loop $inner
        (br_if $inner (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3)))
      end
      (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
      (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
      (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
      (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
      (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
      (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
      (drop (i32.div_s (i32.const 1) (i32.const 0)))
      (br_if $outer (local.get $i))
    end))
