;;! proves: code that cannot be reached costs nothing
;;! fire: main
;;! returned: i32 7
;;! fuel-used: 3
(module
  (func (export "main") (result i32)
    (block $out (result i32)
      (br $out (i32.const 7))
      (i32.mul (i32.const 1)) (i32.mul (i32.const 1)) (i32.mul (i32.const 1)) (i32.mul (i32.const 1))
      (i32.mul (i32.const 1)) (i32.mul (i32.const 1)) (i32.mul (i32.const 1)) (i32.mul (i32.const 1)))))
