;;! proves: every number type goes in and comes out, its corners included
;;! fire: f32 -0
;;! returned: f32 -0
;;! fire: f64 nan
;;! returned: f64 nan
;;! fire: f64 -inf
;;! returned: f64 -inf
;;! fire: f64 1e-320
;;! returned: f64 1e-320
;;! fire: i64 -9223372036854775808
;;! returned: i64 -9223372036854775808
;;! fire: nothing
;;! returned:
;;! fire: all
;;! returned: i32 -1, i64 18, f32 0.5, f64 inf
(module
  (func (export "f32") (param f32) (result f32) (local.get 0))
  (func (export "f64") (param f64) (result f64) (local.get 0))
  (func (export "i64") (param i64) (result i64) (local.get 0))
  (func (export "nothing"))
  (func (export "all") (result i32 i64 f32 f64)
    (i32.const -1) (i64.const 18) (f32.const 0.5) (f64.const inf)))
