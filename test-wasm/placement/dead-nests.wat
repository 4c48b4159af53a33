;;! proves: loops, handlers and labels that cannot be reached cost nothing and break nothing
;;! fuel: 1e8
;;! fire: after_br
;;! returned: i32 3
;;! fuel-used: 3
;;! fire: after_return 4
;;! returned: i32 4
;;! fuel-used: 2
;;! fire: in_loop 50000
;;! returned: i32 50000
;;! fuel-used: 450002
;;! fire: one_arm 1
;;! returned: i32 1
;;! fuel-used: 4
;;! fire: one_arm 0
;;! returned: i32 8
;;! fuel-used: 7
(module
  ;; Entry 1 each.
  (memory 1)
  (tag $t)
  (func $f (param i32) (result i32) local.get 0)
  (func (export "after_br") (result i32)
    block $b (result i32)
      i32.const 3 br $b                             ;; 2
      loop $l (param i32) (result i32)
        loop i32.const 1 br $l end
        block (param i32) i32.const 0 br_table $b $b $l end
        i32.const 5 i32.const 1 call $f
        if (result i32) i32.const 1 else i32.const 2 br 0 end
        br_if $l
      end
      i32.const 0 i32.const 1 i32.const 2 memory.fill
      try throw $t catch $t loop rethrow 1 end catch_all i32.const 1 br $b end
    end)
  (func (export "after_return") (param i32) (result i32)
    local.get 0 return                              ;; 1
    loop (result i32) block br 1 end unreachable end
    i32.add select drop)
  (func (export "in_loop") (param $n i32) (result i32)
    (local $i i32)
    loop $l
      block $on
        local.get $i i32.const 1 i32.add local.set $i     ;; 4
        br $on                                            ;; 1
        loop $dead i32.const 1 br_if $l br $dead end
        return
      end
      local.get $i local.get $n i32.lt_u br_if $l         ;; 4
    end
    local.get $i)                                         ;; 1
  ;; What follows the `if` is reached from one arm only, and not from the other's own dead end.
  (func (export "one_arm") (param i32) (result i32)
    local.get 0                                           ;; 1
    if                                                    ;; 1
      i32.const 1 return                                  ;; 1
      loop br 0 end
    else
      i32.const 1 drop                                    ;; 1
    end
    i32.const 3 i32.const 5 i32.add))                     ;; 3
