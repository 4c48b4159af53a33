;;! proves: return, tail call, throw, rethrow and delegate out of loops inside handlers pay for what ran and no more
;;! needs: tail-call
;;! fuel: 1e8
;;! fire: main 0 5
;;! returned: i32 100
;;! fuel-used: 52
;;! fire: main 1 5
;;! returned: i32 201
;;! fuel-used: 57
;;! fire: main 2 5
;;! returned: i32 302
;;! fuel-used: 60
;;! fire: main 3 5
;;! returned: i32 403
;;! fuel-used: 56
;;! fire: main 4 5
;;! returned: i32 504
;;! fuel-used: 63
;;! fire: main 2 50000
;;! returned: i32 302
;;! fuel-used: 400020
;;! fire: around 30000
;;! returned: i32 30000
;;! fuel-used: 330002
;;! fire: main 4 5
;;! fuel: 63
;;! returned: i32 504
;;! fire: main 4 5
;;! fuel: 62
;;! crashed: OutOfFuel
(module
  (tag $t (param i32))
  (tag $other)
  ;; Entry 1, get 1, const 1, add 1.
  (func $leaf (param i32) (result i32) local.get 0 i32.const 200 i32.add)
  ;; Spins `rounds` times, then leaves by `way`. Entry 1.
  (func $leave (param $way i32) (param $rounds i32) (result i32)
    try $outer (result i32)                                     ;; 1
      loop $spin (result i32)
        try $inner (result i32)                                 ;; 1 a round
          loop $again (result i32)
            local.get $rounds if                                ;; 2
              local.get $rounds i32.const 1 i32.sub local.set $rounds   ;; 4
              br $spin                                          ;; 1
            end
            block $e block $d block $c block $b block $a
              local.get $way br_table $a $b $c $d $e            ;; 2
            end i32.const 100 return                            ;; 1
            end i32.const 1 return_call $leaf                   ;; 2, and $leaf
            end i32.const 2 throw $t                            ;; 2
            end throw $other                                    ;; 1
            end
            try (result i32)                                    ;; 1
              i32.const 4 throw $t                              ;; 2
            delegate $outer
          end
        catch $other                                            ;; 1
          loop rethrow $inner end                               ;; 1
          i32.const 9
        end
      end
    catch $t                                                    ;; 1
      i32.const 300 i32.add                                     ;; 2
      local.get $way i32.const 4 i32.eq if (param i32) (result i32) i32.const 200 i32.add end  ;; 4, and 2
    catch_all                                                   ;; 1
      i32.const 403                                             ;; 1
    end)
  (func (export "main") (param i32 i32) (result i32)
    local.get 0 local.get 1 call $leave)                        ;; entry 1, 3
  ;; A handler in a loop, left by a throw in every round. Entry 1.
  (func (export "around") (param $n i32) (result i32)
    (local $i i32)
    loop $again
      try                                                       ;; 1
        loop
          local.get $i i32.const 1 i32.add local.tee $i throw $t   ;; 5
        end
      catch_all                                                 ;; 1
        local.get $i local.get $n i32.lt_u br_if $again         ;; 4
      end
    end
    local.get $i))                                              ;; 1
