;;! proves: reading, writing, filling and copying outside an array trap, as does reading past a segment
;;! needs: gc
;;! fire: get 4
;;! crashed: Trapped out of bounds array access
;;! fire: set -1
;;! crashed: Trapped out of bounds array access
;;! fire: fill 5
;;! crashed: Trapped out of bounds array access
;;! fire: copy 3
;;! crashed: Trapped out of bounds array access
;;! fire: from_segment 3
;;! crashed: Trapped out of bounds memory access
;;! fire: fill 4
;;! returned:
(module
  (type $a (array (mut i8)))
  (data $d "ab")
  (func $four (result (ref $a)) (array.new_default $a (i32.const 4)))
  (func (export "get") (param i32) (result i32) (array.get_u $a (call $four) (local.get 0)))
  (func (export "set") (param i32) (array.set $a (call $four) (local.get 0) (i32.const 1)))
  (func (export "fill") (param i32) (array.fill $a (call $four) (i32.const 0) (i32.const 1) (local.get 0)))
  (func (export "copy") (param i32)
    (array.copy $a $a (call $four) (i32.const 2) (call $four) (i32.const 0) (local.get 0)))
  (func (export "from_segment") (param i32)
    (drop (array.new_data $a $d (i32.const 0) (local.get 0)))))
