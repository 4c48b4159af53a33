;;! proves: leaves with arms, with early returns, with leaves of their own and with bulk operations pay what they ran
;;! fuel: 1e8
;;! fire: main 1
;;! returned: i32 0
;;! fuel-used: 30
;;! fire: main 4
;;! returned: i32 7
;;! fuel-used: 139
;;! fire: main 300
;;! returned: i32 7
;;! fuel-used: 32403
;;! fire: arms 1
;;! returned: i32 1
;;! fuel-used: 4
;;! fire: arms 0
;;! returned: i32 5
;;! fuel-used: 6
;;! fire: two 0
;;! returned: i32 15
;;! fuel-used: 11
(module
  (memory 1)
  ;; Entry 1, get if 2, and 1 or 3.
  (func $arms (export "arms") (param i32) (result i32)
    local.get 0 if (result i32) i32.const 1 else i32.const 2 i32.const 3 i32.add end)
  ;; Entry 1, get if 2, and nothing or 2.
  (func $early (param i32)
    local.get 0 if return end
    i32.const 1 drop i32.const 1 drop)
  ;; Entry 1, get call 2, $arms, const add 2.
  (func $two (export "two") (param i32) (result i32) local.get 0 call $arms i32.const 10 i32.add)
  ;; Entry 1, 4 and the bytes.
  (func $fills (param i32) i32.const 0 i32.const 7 local.get 0 memory.fill)
  ;; Entry 1, behind the loop 2. An odd round 15, 9 and 3 in leaves; an even one 17, 11, 5
  ;; and 5 in leaves, and n bytes.
  (func (export "main") (param $n i32) (result i32)
    (local $odd i32)
    loop $l
      local.get $n i32.const 1 i32.and local.set $odd           ;; 4
      local.get $odd call $two drop                             ;; 2
      local.get $odd if                                         ;; 2
        local.get $n call $early                                ;; 2
      else
        i32.const 0 call $early                                 ;; 2
        local.get $n call $fills                                ;; 2
      end
      local.get $n i32.const 1 i32.sub local.tee $n br_if $l    ;; 5
    end
    i32.const 0 i32.load8_u))                                   ;; 2
