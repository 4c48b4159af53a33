;;! proves: how deep a recursion goes does not depend on how warm its code is
;;! fuel: 1e8
;;! timeout: 20000
;;! fire: main 0
;;! crashed: OutOfStack
;;! fire: main 100000
;;! crashed: OutOfStack
(module
  (global $depth (mut i32) (i32.const 0))
  ;; Locals that an optimising compiler leaves out of the frame, and its baseline keeps.
  (func $deeper (param $end i32)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (if (local.get $end) (then (return)))
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (call $deeper (i32.const 0)))
  (func (export "main") (param $warm i32)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $warm)))
        (call $deeper (i32.const 1))
        (local.set $warm (i32.sub (local.get $warm) (i32.const 1)))
        (br $again)))
    (call $deeper (i32.const 0))))
