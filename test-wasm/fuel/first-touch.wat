;;! proves: touching one byte a page, where a store costs a page fault, stops at its deadline as anything does
;;! fire: touch
;;! fuel: 1e5
;;! crashed: OutOfFuel
;;! fire: touch
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
(module
  (memory 1024)
  (func (export "touch")
    (local $at i32)
    (loop $again
      (i32.store8 (local.get $at) (i32.const 1))
      (local.set $at (i32.and (i32.add (local.get $at) (i32.const 4096)) (i32.const 0x3ffffff)))
      (br $again))))
