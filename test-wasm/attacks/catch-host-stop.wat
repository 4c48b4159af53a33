;;! proves: what stops a guest in a host call is caught by nothing: not by the handler, nor by the one round that
;;! grant: random
;;! fuel: 5000
;;! fire: effects
;;! crashed: OutOfFuel
;;! global: 0 = 0
;;! fire: tower
;;! crashed: OutOfFuel
;;! global: 0 = 0
(module
  (import "env" "get_random_u32" (func $random (result i32)))
  (global $caught (mut i32) (i32.const 0))
  (func $catch (global.set $caught (i32.add (global.get $caught) (i32.const 1))))
  (func (export "effects")
    (loop $again
      (try (do (drop (call $random))) (catch_all (call $catch)))
      (br $again)))
  ;; Each frame has a handler of its own: a stop that could be caught once would be caught by all of them.
  (func $frame (param $left i32)
    (try
      (do
        (drop (call $random))
        (if (local.get $left) (then (call $frame (i32.sub (local.get $left) (i32.const 1)))))
        (drop (call $random)))
      (catch_all (call $catch) (call $frame (i32.const 50)))))
  (func (export "tower") (call $frame (i32.const 50))))
