;;! proves: clauses of try_table that go outside a loop, round it, or out of the function pay for what ran
;;! needs: exnref
;;! fuel: 1e8
;;! fire: outside 3
;;! returned: i32 3
;;! fuel-used: 38
;;! fire: outside 40000
;;! returned: i32 40000
;;! fuel-used: 400008
;;! fire: retry 3
;;! returned: i32 3
;;! fuel-used: 36
;;! fire: retry 40000
;;! returned: i32 40000
;;! fuel-used: 400006
;;! fire: function 5
;;! returned: i32 5
;;! fuel-used: 4
;;! fire: again 2
;;! returned: i32 2
;;! fuel-used: 6
;;! fire: retry 3
;;! fuel: 36
;;! returned: i32 3
;;! fire: retry 3
;;! fuel: 35
;;! crashed: OutOfFuel
(module
  (tag $t (param i32))
  (tag $empty)
  ;; Spins, and throws how often to a block outside the loop. Entry 1, as in all of them; clauses are free.
  (func (export "outside") (param $n i32) (result i32)
    (local $i i32)
    block $h (result i32)
      loop $spin (result i32)
        try_table (result i32) (catch $t $h)                    ;; 1 a round
          local.get $i local.get $n i32.lt_u                    ;; 3
          if                                                    ;; 1
            local.get $i i32.const 1 i32.add local.set $i       ;; 4
            br $spin                                            ;; 1
          end
          local.get $i throw $t                                 ;; 2
        end
      end
    end)
  ;; The clause's label is the loop itself.
  (func (export "retry") (param $n i32) (result i32)
    (local $i i32)
    loop $l
      local.get $i local.get $n i32.lt_u if                     ;; 4 a look
        local.get $i i32.const 1 i32.add local.set $i           ;; 4
        try_table (catch_all $l) throw $empty end               ;; 2
      end
    end
    local.get $i)                                               ;; 1
  ;; The clause's label is the function.
  (func (export "function") (param $n i32) (result i32)
    try_table (catch $t 0)                                      ;; 1
      loop
        loop local.get $n throw $t end                          ;; 2
      end
    end
    i32.const 0)
  ;; Caught with its reference and thrown on, to a handler outside two loops.
  (func (export "again") (param $n i32) (result i32)
    block $far (result i32)
      try_table (catch $t $far)                                 ;; 1
        loop $o
          block $h (result i32 exnref)
            try_table (catch_ref $t $h)                         ;; 1
              loop local.get $n throw $t end                    ;; 2
            end
            unreachable
          end
          throw_ref                                             ;; 1
        end
      end
      unreachable
    end)
)
