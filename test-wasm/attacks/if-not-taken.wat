;;! proves: what stands before an `if` is paid whichever way it goes: a loop that never takes its arm is not free
;;! fire: once 1
;;! returned: i32 10
;;! fuel-used: 21
;;! fire: once 0
;;! returned: i32 10
;;! fuel-used: 14
;;! fire: spin
;;! fuel: 1e6
;;! crashed: OutOfFuel
(module
  ;; Entry 1, the sum 8, the condition 3, the `if` 1, the result 1. The arm is 7.
  (func (export "once") (param $taken i32) (result i32)
    (local $sum i32)
    (local.set $sum
      (i32.add (i32.const 1) (i32.add (i32.const 2) (i32.add (i32.const 3) (i32.const 4)))))
    (if (i32.ne (local.get $taken) (i32.const 0))
      (then
        (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
        (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))))
    (local.get $sum))
  (func (export "spin")
    (loop $again
      (if (i32.eqz (i32.const 1)) (then (return)))
      (br $again))))
