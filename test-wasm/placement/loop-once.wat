;;! proves: a loop whose header is entered once, with the counter at its end, runs or stops, and never runs twice
;;! fire: once
;;! fuel: 6
;;! returned: i32 1
;;! fuel-used: 6
;;! fire: once
;;! fuel: 5
;;! crashed: OutOfFuel
;;! fire: once
;;! fuel: 1
;;! crashed: OutOfFuel
;;! fire: stored
;;! fuel: 12
;;! returned: i32 2
;;! fuel-used: 12
;;! fire: stored
;;! fuel: 11
;;! crashed: OutOfFuel
;;! fire: leaves 0
;;! fuel: 4
;;! returned:
;;! fuel-used: 4
;;! fire: leaves 0
;;! fuel: 3
;;! crashed: OutOfFuel
;;! fire: leaves 70000
;;! fuel: 1e6
;;! returned:
;;! fuel-used: 560004
(module
  (memory 1)
  (global $g (mut i32) (i32.const 0))
  ;; Entry 1, 4 in the loop, 1 behind.
  (func (export "once") (result i32)
    loop global.get $g i32.const 1 i32.add global.set $g end
    global.get $g)
  ;; Entry 1, six in the outer loop, four in the inner one, 1 behind.
  (func (export "stored") (result i32)
    loop
      i32.const 0 i32.const 0 i32.load i32.const 1 i32.add i32.store8 offset=0
      loop
        global.get $g i32.const 2 i32.add global.set $g
      end
    end
    global.get $g)
  ;; Entry 1. A look 3; a round 5 more.
  (func (export "leaves") (param $n i32)
    loop $l
      local.get $n i32.eqz if return end
      local.get $n i32.const 1 i32.sub local.set $n
      br $l
    end))
