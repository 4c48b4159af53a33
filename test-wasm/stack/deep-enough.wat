;;! proves: a thousand frames are nothing special
;;! fire: down 1000
;;! returned: i32 1000
(module
  (func $down (export "down") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (i32.const 1) (call $down (i32.sub (local.get $n) (i32.const 1)))))
      (else (i32.const 0)))))
