;;! proves: a bulk operation of no bytes is allowed at the very end, and not one past it
;;! fire: at_end
;;! returned:
;;! fire: fill_past
;;! crashed: Trapped out of bounds memory access
;;! fire: copy_past
;;! crashed: Trapped out of bounds memory access
;;! fire: init_dropped 0
;;! returned:
;;! fire: init_dropped 1
;;! crashed: Trapped out of bounds memory access
(module
  (memory 1)
  (data $d "x")
  (func (export "at_end")
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 0))
    (memory.copy (i32.const 65536) (i32.const 65536) (i32.const 0))
    (memory.init $d (i32.const 65536) (i32.const 1) (i32.const 0)))
  (func (export "fill_past") (memory.fill (i32.const 65537) (i32.const 1) (i32.const 0)))
  (func (export "copy_past") (memory.copy (i32.const 0) (i32.const 65537) (i32.const 0)))
  (func (export "init_dropped") (param i32)
    (data.drop $d)
    (memory.init $d (i32.const 0) (i32.const 0) (local.get 0))))
