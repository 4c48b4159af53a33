;;! proves: a br_table out of nested loops pays the way that it takes: on, round an inner or outer loop, or out
;;! fuel: 1e8
;;! fire: main 4
;;! returned: i32 403
;;! fuel-used: 48
;;! fire: main 0
;;! returned: i32 0
;;! fuel-used: 12
;;! fire: main 99
;;! returned: i32 498
;;! fuel-used: 1093
;;! fire: main 99999
;;! returned: i32 100398
;;! fuel-used: 1099993
;;! fire: carry 1
;;! returned: i32 10
;;! fuel-used: 10
;;! fire: carry 2
;;! returned: i32 20
;;! fuel-used: 18
;;! fire: carry 7
;;! returned: i32 10
;;! fuel-used: 10
;;! fire: main 99
;;! fuel: 1093
;;! returned: i32 498
;;! fire: main 99
;;! fuel: 1092
;;! crashed: OutOfFuel
(module
  ;; Entry 1; what each line says, as often as it is passed.
  (func (export "main") (param $n i32) (result i32)
    (local $rounds i32)
    block $out
      block $far
        loop $outer
          block $near
            loop $inner
              local.get $rounds i32.const 1 i32.add local.set $rounds     ;; 4 a round
              block $on
                local.get $n                                              ;; 1
                local.get $n i32.const -1 i32.add local.set $n            ;; 4
                br_table $out $far $near $outer $inner $on                ;; 1
              end
              nop                                                         ;; 0
              br $inner                                                   ;; 1
            end
          end
          i32.const 0 drop                                                ;; 1
          br $outer                                                       ;; 1
        end
      end
      i32.const 400 local.get $rounds i32.const -1 i32.add i32.add return ;; 5
    end
    i32.const 0)                                                          ;; 1
  ;; The same value goes to a block, to a loop of one parameter, or out of the function. Entry 1, and 1.
  (func (export "carry") (param $n i32) (result i32)
    i32.const 0
    loop $l (param i32) (result i32)
      i32.const 10 i32.add                                  ;; 2
      block $b (param i32) (result i32)
        local.get $n local.get $n i32.const -1 i32.add local.set $n       ;; 5
        br_table $b $b $l 2                                 ;; 1
      end
    end))
