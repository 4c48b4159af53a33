;;! proves: a trap that its fuel did not reach is OutOfFuel, also where the counter was a local and died with the frame
;;! fire: f 1000000
;;! fuel: 8000010
;;! crashed: OutOfFuel
;;! fire: f 1000000
;;! fuel: 8000030
;;! crashed: Trapped integer divide by zero
;;! fuel-used: 8000016..8000030
(module
  ;; Entry 1. A round: get eqz if 3, get const sub set br 5: 8. The last: 3, and 12 to the division: 1 + 8 n + 15.
  ;; The arm is charged after the look in the header.
  (func (export "f") (param $n i32)
    loop $l
      local.get $n i32.eqz
      if
        i32.const 1 i32.const 1 i32.add i32.const 1 i32.add i32.const 1 i32.add i32.const 1 i32.add drop
        i32.const 1 local.get $n i32.div_u drop
      end
      local.get $n i32.const 1 i32.sub local.set $n
      br $l
    end))
