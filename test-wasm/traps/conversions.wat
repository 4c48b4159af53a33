;;! proves: converting what is no number, or is too large, is a trap of its own; V8 does not tell the two apart
;;! fire: trunc nan
;;! crashed: Trapped integer overflow or invalid conversion to integer
;;! fire: trunc 2147483648
;;! crashed: Trapped integer overflow or invalid conversion to integer
;;! fire: trunc -inf
;;! crashed: Trapped integer overflow or invalid conversion to integer
;;! fire: trunc 2147483647.5
;;! returned: i32 2147483647
;;! fire: saturating nan
;;! returned: i32 0
(module
  (func (export "trunc") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "saturating") (param f64) (result i32) (i32.trunc_sat_f64_s (local.get 0))))
