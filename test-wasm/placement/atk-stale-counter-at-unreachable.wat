;;! proves: a call that comes back to `unreachable`, out of a loop whose counter is a local, is charged all the same
;;! fuel: 10500040
;;! fire: f 1500000
;;! crashed: Trapped unreachable
;;! fuel-used: 10500019..10500040
(module
  ;; Entry 1; a round get const add tee get lt br_if: 7.
  (func $work (param $n i32)
    (local $i i32)
    loop $l
      local.get $i i32.const 1 i32.add local.tee $i local.get $n i32.lt_u br_if $l
    end)
  (func (export "f") (param $n i32)
    (local $i i32)
    loop $l
      local.get $i i32.const 1 i32.add local.tee $i i32.const 2 i32.eq
      if
        local.get $n call $work
        ;; Puts the local back, which is the counter from before the call.
        unreachable
      end
      br $l
    end))
