;;! proves: instructions that take the engine thirty times as long as an addition stop at their deadline
;;! fuel: 9e12
;;! timeout: 200
;;! fire: divide
;;! crashed: TimedOut
;;! fire: root
;;! crashed: TimedOut
;;! fire: indirect
;;! crashed: TimedOut
(module
  (table 1 funcref)
  (elem (i32.const 0) $nothing)
  (func $nothing)
  (func (export "divide")
    (local $x i64)
    (loop $again
      (local.set $x
        (i64.rem_s (i64.div_s (i64.const -9223372036854775807) (i64.or (local.get $x) (i64.const 3)))
          (i64.const 7)))
      (br $again)))
  (func (export "root")
    (local $x f64)
    (local.set $x (f64.const 1e300))
    (loop $again
      (local.set $x (f64.div (f64.sqrt (f64.sqrt (local.get $x))) (f64.const 1e-300)))
      (br $again)))
  (func (export "indirect")
    (loop $again (call_indirect (i32.const 0)) (br $again))))
