;;! proves: values that lie on the operand stack under a loop are there after it, however often the loop was refilled
;;! fuel: 1e8
;;! fire: main 0
;;! returned: i32 700
;;! fuel-used: 8
;;! fire: main 1
;;! returned: i32 700
;;! fuel-used: 29
;;! fire: main 3
;;! returned: i32 701
;;! fuel-used: 69
;;! fire: main 100001
;;! returned: i32 -1794966596
;;! fuel-used: 2000029
;;! fire: main 3
;;! fuel: 69
;;! returned: i32 701
;;! fire: main 3
;;! fuel: 68
;;! crashed: OutOfFuel
(module
  ;; 700 lies under the loop, 0 under the `if`.
  ;; Entry 1, before the loop 1, behind it 2; n + 1 looks of 4; n rounds of 14, and 1 or 3 in an arm.
  (func (export "main") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    i32.const 700
    block $done
      loop $again
        local.get $i local.get $n i32.ge_u br_if $done          ;; 4 a look
        i32.const 0                                             ;; 1 a round
        local.get $i i32.const 1 i32.and
        if (result i32)                                         ;; 4
          local.get $i                                          ;; 1, odd rounds
        else
          i32.const 2 i32.const 2 i32.sub                       ;; 3, even rounds
        end
        i32.add local.get $sum i32.add local.set $sum           ;; 4
        local.get $i i32.const 1 i32.add local.set $i           ;; 4
        br $again                                               ;; 1
      end
    end
    local.get $sum i32.add))
