;;! proves: the start function has run, metered, when the function is called
;;! fire: read
;;! returned: i32 9
(module
  (global $set (mut i32) (i32.const 1))
  (start $begin)
  (func $begin (global.set $set (i32.const 9)))
  (func (export "read") (result i32) (global.get $set)))
