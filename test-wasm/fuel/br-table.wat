;;! proves: a loop through br_table pays, whichever target it takes
;;! fire: last
;;! fuel: 1e6
;;! crashed: OutOfFuel
;;! fire: pick 1
;;! returned: i32 11
;;! fire: pick 9
;;! returned: i32 12
(module
  (func (export "last")
    (loop $again
      (block $a (block $b (br_table $a $b $again (i32.const 99))))
      (br $again)))
  (func (export "pick") (param i32) (result i32)
    (block $default
      (block $one
        (block $zero (br_table $zero $one $default (local.get 0)))
        (return (i32.const 10)))
      (return (i32.const 11)))
    (i32.const 12)))
