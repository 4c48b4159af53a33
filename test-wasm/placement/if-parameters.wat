;;! proves: an `if` with parameters and without an `else` pays for its arm, and passes its parameters by
;;! fuel: 1e8
;;! fire: main 0
;;! returned: i32 41
;;! fuel-used: 6
;;! fire: main 1
;;! returned: i32 42
;;! fuel-used: 8
;;! fire: equal 0
;;! returned: i32 30
;;! fuel-used: 6
;;! fire: equal 1
;;! returned: i32 30
;;! fuel-used: 6
;;! fire: loops 60000
;;! returned: i32 30000
;;! fuel-used: 600002
;;! fire: leaves 0
;;! returned: i32 7
;;! fuel-used: 4
;;! fire: leaves 1
;;! returned: i32 9
;;! fuel-used: 9
;;! fire: leaves 2
;;! returned: i32 0
;;! fuel-used: 8
(module
  ;; Entry 1, const 1, get 1, if 1; the arm 2; behind 2.
  (func (export "main") (param i32) (result i32)
    i32.const 20
    local.get 0 if (param i32) (result i32) i32.const 1 i32.add end
    i32.const 21 i32.add)
  ;; Arms of the same price: entry 1, get if 2, an arm 3.
  (func (export "equal") (param i32) (result i32)
    local.get 0
    if (result i32) i32.const 10 i32.const 20 i32.add else i32.const 35 i32.const 5 i32.sub end)
  ;; Every other round takes the arm. Entry 1.
  (func (export "loops") (param $n i32) (result i32)
    i32.const 0                                                                 ;; 1
    loop $l (param i32) (result i32)
      local.get $n i32.const 1 i32.and                                          ;; 3
      if (param i32) (result i32) i32.const 1 i32.add end                       ;; 1, and 2
      local.get $n i32.const 1 i32.sub local.tee $n br_if $l                    ;; 5
    end)
  ;; One arm falls through, one leaves by a branch, and one by return. Entry 1.
  (func (export "leaves") (param i32) (result i32)
    block $b
      local.get 0                                                               ;; 1
      if                                                                        ;; 1
        local.get 0 i32.const 2 i32.eq if i32.const 0 return end                ;; 4, and 1
        br $b                                                                   ;; 1
      end
      i32.const 7 return                                                        ;; 1
    end
    i32.const 9)                                                                ;; 1
)
