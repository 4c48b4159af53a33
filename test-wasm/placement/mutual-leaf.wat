;;! proves: three functions that call each other and one leaf pay for every entry, also those of the leaf
;;! fuel: 1e8
;;! fire: a 0
;;! returned: i32 1
;;! fuel-used: 9
;;! fire: a 7
;;! returned: i32 8
;;! fuel-used: 93
;;! fire: b 2000
;;! returned: i32 2001
;;! fuel-used: 24009
;;! fire: leaf 1
;;! returned: i32 2
;;! fuel-used: 4
;;! fire: loop 30000
;;! returned: i32 30000
;;! fuel-used: 300002
;;! fire: a 7
;;! fuel: 93
;;! returned: i32 8
;;! fire: a 7
;;! fuel: 92
;;! crashed: OutOfFuel
(module
  ;; 1 + 3.
  (func $leaf (export "leaf") (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  ;; A call that goes on: entry 1, get if 2, get const sub call 4, call leaf 1 and 4: 12. The last: 1 + 2 + const, call 2 + 4 = 9.
  (func $a (export "a") (param i32) (result i32)
    local.get 0
    if (result i32) local.get 0 i32.const 1 i32.sub call $b call $leaf else i32.const 0 call $leaf end)
  (func $b (export "b") (param i32) (result i32)
    local.get 0
    if (result i32) local.get 0 i32.const 1 i32.sub call $c call $leaf else i32.const 0 call $leaf end)
  (func $c (param i32) (result i32)
    local.get 0
    if (result i32) local.get 0 i32.const 1 i32.sub call $a call $leaf else i32.const 0 call $leaf end)
  ;; The leaf in a loop: entry 1, a round get, call and 4, tee, get, lt, br_if: 10; 1 behind.
  (func (export "loop") (param $n i32) (result i32)
    (local $i i32)
    loop $l
      local.get $i call $leaf local.tee $i local.get $n i32.lt_u br_if $l
    end
    local.get $i))
