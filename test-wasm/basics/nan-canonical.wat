;;! proves: under the policy of canonical NaN, a NaN that arithmetic made has the one canonical pattern
;;! nan: canonical
;;! fire: stored
;;! returned: i64 9221120237041090560
;;! fire: bits
;;! returned: i32 2143289344
(module
  (memory 1)
  (func $zero (result f64) (f64.const 0))
  (func (export "stored") (result i64)
    (f64.store (i32.const 0) (f64.div (call $zero) (call $zero)))
    (i64.load (i32.const 0)))
  (func (export "bits") (result i32)
    (i32.reinterpret_f32 (f32.demote_f64 (f64.sqrt (f64.sub (call $zero) (f64.const 1)))))))
