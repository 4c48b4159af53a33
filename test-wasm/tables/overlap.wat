;;! proves: overlapping copies within a table move what memmove would, in both directions
;;! fire: up
;;! returned: i32 1, i32 1, i32 2, i32 3
;;! fire: down
;;! returned: i32 2, i32 3, i32 4, i32 4
(module
  (type $n (func (result i32)))
  (table $t 4 funcref)
  (elem (i32.const 0) $1 $2 $3 $4)
  (func $1 (result i32) (i32.const 1))
  (func $2 (result i32) (i32.const 2))
  (func $3 (result i32) (i32.const 3))
  (func $4 (result i32) (i32.const 4))
  (func $all (result i32 i32 i32 i32)
    (call_indirect (type $n) (i32.const 0)) (call_indirect (type $n) (i32.const 1))
    (call_indirect (type $n) (i32.const 2)) (call_indirect (type $n) (i32.const 3)))
  (func (export "up") (result i32 i32 i32 i32)
    (table.copy (i32.const 1) (i32.const 0) (i32.const 3))
    (call $all))
  (func (export "down") (result i32 i32 i32 i32)
    (table.copy (i32.const 0) (i32.const 1) (i32.const 3))
    (call $all)))
