;;! proves: throwing across fifty frames into a try_table gives back their stack
;;! needs: exnref
;;! fuel: 1e9
;;! timeout: 20000
;;! fire: main 100000
;;! returned: i32 100000
(module
  (tag $t)
  (func $down (param $n i32)
    (if (i32.eqz (local.get $n)) (then (throw $t)))
    (call $down (i32.sub (local.get $n) (i32.const 1))))
  (func (export "main") (param $times i32) (result i32)
    (local $caught i32)
    (loop $again
      (block $handler
        (try_table (catch $t $handler) (call $down (i32.const 50))))
      (local.set $caught (i32.add (local.get $caught) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $caught) (local.get $times))))
    (local.get $caught)))
