;;! proves: converting what is no number, and what is too large, are told apart
;;! fire: trunc nan
;;! crashed: Trapped invalid conversion to integer
;;! fire: trunc 2147483648
;;! crashed: Trapped integer overflow
;;! fire: trunc -inf
;;! crashed: Trapped integer overflow
;;! fire: trunc 2147483647.5
;;! returned: i32 2147483647
;;! fire: saturating nan
;;! returned: i32 0
(module
  (func (export "trunc") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "saturating") (param f64) (result i32) (i32.trunc_sat_f64_s (local.get 0))))
