;;! proves: each trap of integer arithmetic is told from the others
;;! fire: div 1 0
;;! crashed: Trapped integer divide by zero
;;! fire: rem 1 0
;;! crashed: Trapped integer divide by zero
;;! fire: div -2147483648 -1
;;! crashed: Trapped integer overflow
;;! fire: rem -2147483648 -1
;;! returned: i32 0
;;! fire: div64 1 0
;;! crashed: Trapped integer divide by zero
;;! fire: div64 -9223372036854775808 -1
;;! crashed: Trapped integer overflow
(module
  (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "rem") (param i32 i32) (result i32) (i32.rem_s (local.get 0) (local.get 1)))
  (func (export "div64") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1))))
