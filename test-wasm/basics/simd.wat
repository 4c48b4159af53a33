;;! proves: vectors work under the meter, in locals, in memory and across calls
;;! fire: dot
;;! returned: i32 70
(module
  (memory 1)
  (data (i32.const 0) "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00")
  (func $times (param v128 v128) (result v128) (i32x4.mul (local.get 0) (local.get 1)))
  (func (export "dot") (result i32)
    (local $v v128)
    (local.set $v (call $times (v128.load (i32.const 0)) (v128.const i32x4 5 6 7 8)))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $v)) (i32x4.extract_lane 1 (local.get $v)))
      (i32.add (i32x4.extract_lane 2 (local.get $v)) (i32x4.extract_lane 3 (local.get $v))))))
