;;! proves: a NaN's payload that is only moved stays as it was
;;! fire: through
;;! returned: i64 9221120237041090561
(module
  (memory 1)
  (func (export "through") (result i64)
    (local $x f64)
    (local.set $x (f64.const nan:0x8000000000001))
    (f64.store (i32.const 0) (local.get $x))
    (i64.load (i32.const 0))))
