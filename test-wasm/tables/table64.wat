;;! proves: a table with 64-bit indices works under the meter, bulk operations included
;;! needs: table64
;;! fire: main
;;! returned: i64 2, i64 5, i32 42
;;! fire: far
;;! crashed: Trapped out of bounds table access
(module
  (table $t i64 2 8 funcref)
  (func $answer (result i32) (i32.const 42))
  (elem declare func $answer)
  (func (export "main") (result i64 i64 i32)
    (table.grow $t (ref.func $answer) (i64.const 3))
    (table.copy $t $t (i64.const 0) (i64.const 3) (i64.const 2))
    (table.size $t)
    (call_indirect $t (result i32) (i64.const 0)))
  ;; The sum of index and length wraps round 2^64.
  (func (export "far")
    (table.fill $t (i64.const 1) (ref.func $answer) (i64.const -1))))
