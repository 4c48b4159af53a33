;;! proves: a bulk operation that would leave its table traps
;;! fire: fill
;;! crashed: Trapped out of bounds table access
;;! fire: copy
;;! crashed: Trapped out of bounds table access
;;! fire: init
;;! crashed: Trapped out of bounds table access
;;! fire: wrapping
;;! crashed: Trapped out of bounds table access
;;! fire: at_end
;;! returned: i32 10
(module
  (table $t 10 funcref)
  (elem $e func $f $f)
  (func $f)
  (func (export "fill") (table.fill $t (i32.const 8) (ref.func $f) (i32.const 3)))
  (func (export "copy") (table.copy $t $t (i32.const 8) (i32.const 0) (i32.const 3)))
  (func (export "init") (table.init $t $e (i32.const 0) (i32.const 1) (i32.const 2)))
  (func (export "wrapping") (table.fill $t (i32.const 8) (ref.func $f) (i32.const -6)))
  (func (export "at_end") (result i32)
    (table.fill $t (i32.const 10) (ref.func $f) (i32.const 0))
    (table.copy $t $t (i32.const 10) (i32.const 10) (i32.const 0))
    (table.init $t $e (i32.const 10) (i32.const 2) (i32.const 0))
    (table.size $t)))
