;;! proves: loops with parameters and results carry them through every round and every refill
;;! fuel: 1e8
;;! fire: gcd 12 18
;;! returned: i32 6
;;! fuel-used: 40
;;! fire: gcd 7 0
;;! returned: i32 7
;;! fuel-used: 10
;;! fire: two 0
;;! returned: i32 0, i64 1
;;! fuel-used: 8
;;! fire: two 100000
;;! returned: i32 100000, i64 100001
;;! fuel-used: 1400008
;;! fire: two 10000
;;! fuel: 140008
;;! returned: i32 10000, i64 10001
;;! fire: two 10000
;;! fuel: 140007
;;! crashed: OutOfFuel
(module
  ;; Entry 1, two gets 2. A round that goes on: set set (2), get eqz if (3), get get get rem (4), br 1: 10. The last
  ;; round: 5, and get, br 2: 7.
  (func (export "gcd") (param $a i32) (param $b i32) (result i32)
    block $out (result i32)
      local.get $a local.get $b
      loop $l (param i32 i32) (result i32)
        local.set $b local.set $a
        local.get $b i32.eqz
        if local.get $a br $out end
        local.get $b local.get $a local.get $b i32.rem_u
        br $l
      end
    end)
  ;; Entry 1, the operands 2. A round that goes on: 14. The last: 5.
  (func (export "two") (param $n i32) (result i32 i64)
    (local $wide i64)
    i32.const 0 i64.const 1
    loop $l (param i32 i64) (result i32 i64)
      local.set $wide                      ;; 1
      local.get $n i32.eqz                 ;; 2
      if (param i32) (result i32 i64)      ;; 1
        local.get $wide                    ;; 1, and the loop ends
      else
        i32.const 1 i32.add                ;; 2
        local.get $wide i64.const 1 i64.add   ;; 3
        local.get $n i32.const 1 i32.sub local.set $n   ;; 4
        br $l                              ;; 1
      end
    end))
