;;! proves: exceptions give back the stack that they leave, and no more: recursion is as deep after them as before
;;! fuel: 1e8
;;! timeout: 20000
;;! fire: main 0
;;! crashed: OutOfStack
;;! fire: main 2000
;;! crashed: OutOfStack
(module
  (tag $t)
  (global $depth (mut i32) (i32.const 0))
  (func $thrower (param $frames i32)
    (if (local.get $frames)
      (then (call $thrower (i32.sub (local.get $frames) (i32.const 1))))
      (else (throw $t))))
  (func $recursion
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (call $recursion))
  (func (export "main") (param $rounds i32)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $rounds)))
        (try (do (call $thrower (i32.const 20))) (catch $t))
        (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
        (br $again)))
    (call $recursion)))
