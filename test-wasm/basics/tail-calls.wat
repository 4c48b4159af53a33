;;! proves: a million tail calls need the stack of one
;;! needs: tail-call
;;! fuel: 1e8
;;! fire: even 1000000
;;! returned: i32 1
;;! fire: through_table 100000
;;! returned: i32 0
(module
  (type $step (func (param i32) (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $through)
  (func $even (export "even") (type $step)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
  (func $odd (type $step)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call $even (i32.sub (local.get 0) (i32.const 1))))
  (func $through (export "through_table") (type $step)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call_indirect (type $step) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))
