;;! proves: what stands behind a call is not paid where an exception came out of it, however far down it was thrown
;;! needs: tail-call
;;! fuel: 1e8
;;! fire: main 0
;;! returned: i32 6
;;! fuel-used: 27
;;! fire: main 1
;;! returned: i32 1
;;! fuel-used: 23
;;! fire: main 2
;;! returned: i32 2
;;! fuel-used: 26
;;! fire: main 3
;;! returned: i32 3
;;! fuel-used: 17
;;! fire: rounds 20000
;;! returned: i32 20000
;;! fuel-used: 640002
;;! fire: main 2
;;! fuel: 26
;;! returned: i32 2
;;! fire: main 2
;;! fuel: 25
;;! crashed: OutOfFuel
(module
  (tag $t (param i32))
  (type $f (func (param i32)))
  (table 3 funcref)
  (elem (i32.const 0) $quiet $direct $tail)
  (func $quiet (param i32))                                   ;; 1
  (func $direct (param i32) local.get 0 throw $t)             ;; 1 + 2
  (func $tail (param i32) local.get 0 return_call $direct)    ;; 1 + 2, and $direct
  ;; No `throw` in sight: entry 1, get 1, get 1, call_indirect 1; behind it 1.
  (func $far (param $which i32) (param i32)
    local.get 1 local.get $which call_indirect (type $f) i32.const 9 drop)
  ;; Entry 1, get get call 3; behind it 1.
  (func $farther (param i32 i32) local.get 0 local.get 1 call $far i32.const 9 drop)
  (func $main (export "main") (param $n i32) (result i32)
    try (result i32)                                          ;; entry 1, try 1
      local.get $n i32.const 3 i32.eq                         ;; 3
      if                                                      ;; 1
        i32.const 1 i32.const 3 call $far                     ;; 3 and $far
      end
      local.get $n i32.const 3 i32.rem_u local.get $n call $farther   ;; 5 and $farther
      i32.const 1 i32.const 2 i32.const 3 i32.add i32.add     ;; 5
    catch $t                                                  ;; 1
    end)
  ;; Entry 1.
  (func (export "rounds") (param $n i32) (result i32)
    (local $i i32)
    loop $l
      i32.const 1 call $main drop                             ;; 2 and main(1)
      local.get $i i32.const 1 i32.add local.tee $i local.get $n i32.lt_u br_if $l   ;; 7
    end
    local.get $i))
