;;! proves: globals and tables that are named as the meter's own are the guest's, and writing them buys nothing
;;! fuel: 1e5
;;! fire: spin
;;! crashed: OutOfFuel
;;! fuel-used: 1e5
;;! fire: recursion
;;! crashed: OutOfStack
;;! fire: read
;;! returned: i32 7, i32 8
(module
  (global $fuel (export "munition:fuel") (mut i32) (i32.const 7))
  (global $depth (export "munition:depth") (mut i32) (i32.const 8))
  (global (export "munition:heap") (mut i64) (i64.const 9))
  (global $reference funcref (ref.func $grant))
  (memory (export "munition:memory:0") 1)
  (table $hooks (export "munition:hooks") 2 4 funcref)
  (elem (i32.const 0) $grant $grant)
  (func $grant (export "munition:start") (param i32) (result i32) (i32.const 0x7fffffff))
  (func (export "spin")
    (loop $again
      (global.set $fuel (call $grant (i32.const 0)))
      (table.set $hooks (i32.const 0) (global.get $reference))
      (drop (call_indirect $hooks (param i32) (result i32) (i32.const -1) (i32.const 1)))
      (br $again)))
  (func $recursion (export "recursion")
    (global.set $depth (i32.const 0x7fffffff))
    (call $recursion))
  (func (export "read") (result i32 i32) (global.get $fuel) (global.get $depth)))
