;;! proves: calls through a table to what loops, what throws, what does neither and what is the host's each pay their own
;;! grant: random
;;! fuel: 1e8
;;! fire: one 0
;;! returned: i32 5
;;! fuel-used: 6
;;! fire: one 1
;;! returned: i32 -1
;;! fuel-used: 8
;;! fire: one 2
;;! returned: i32 64
;;! fuel-used: 454
;;! fire: all 3
;;! returned: i32 3
;;! fuel-used: 2213
;;! fire: all 3
;;! fuel: 2213
;;! returned: i32 3
;;! fire: all 3
;;! fuel: 2212
;;! crashed: OutOfFuel
(module
  (import "env" "get_random_u32" (func $random (result i32)))
  (type $f (func (result i32)))
  (tag $t)
  (table 4 funcref)
  (elem (i32.const 0) $plain $throws $loops $random)
  (func $plain (result i32) i32.const 5)                        ;; 1 + 1
  (func $throws (result i32) throw $t)                          ;; 1 + 1
  (func $loops (result i32)                                     ;; 1 + 64 rounds of 7 + 1
    (local $i i32)
    loop $l
      local.get $i i32.const 1 i32.add local.tee $i i32.const 64 i32.lt_u br_if $l
    end
    local.get $i)
  ;; Entry 1, try 1, get, call_indirect 2; the handler 2.
  (func $one (export "one") (param $which i32) (result i32)
    try (result i32)
      local.get $which call_indirect (type $f)
      nop
    catch_all
      i32.const -1
    end)
  ;; Entry 1; all four, n times; the host's has a price of 250.
  (func (export "all") (param $n i32) (result i32)
    (local $i i32)
    loop $l
      i32.const 0 call $one drop                                ;; 2
      i32.const 1 call $one drop                                ;; 2
      i32.const 2 call $one drop                                ;; 2
      i32.const 3 call $one drop                                ;; 2
      local.get $i i32.const 1 i32.add local.tee $i local.get $n i32.lt_u br_if $l   ;; 7
    end
    local.get $i))
