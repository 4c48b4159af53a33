;;! proves: a bulk operation that would leave its memory traps and changes not one byte
;;! fire: fill
;;! crashed: Trapped out of bounds memory access
;;! memory-at: 0xfff8 = 6162636465666768
;;! fire: copy_to
;;! crashed: Trapped out of bounds memory access
;;! memory-at: 0xfff8 = 6162636465666768
;;! fire: copy_from
;;! crashed: Trapped out of bounds memory access
;;! memory-at: 0 = 0000000000000000
;;! fire: init
;;! crashed: Trapped out of bounds memory access
;;! memory-at: 0xfff8 = 6162636465666768
;;! fire: init_past_segment
;;! crashed: Trapped out of bounds memory access
;;! memory-at: 0 = 0000000000000000
;;! fire: wrapping
;;! crashed: Trapped out of bounds memory access
;;! memory-at: 0xfff8 = 6162636465666768
(module
  (memory 1)
  (data (i32.const 0xfff8) "abcdefgh")
  (data $d "0123456789")
  (func (export "fill") (memory.fill (i32.const 0xfff8) (i32.const 0) (i32.const 9)))
  (func (export "copy_to") (memory.copy (i32.const 0xfff8) (i32.const 0) (i32.const 9)))
  (func (export "copy_from") (memory.copy (i32.const 0) (i32.const 0xfff8) (i32.const 9)))
  (func (export "init") (memory.init $d (i32.const 0xfff8) (i32.const 0) (i32.const 10)))
  (func (export "init_past_segment") (memory.init $d (i32.const 0) (i32.const 5) (i32.const 6)))
  ;; Offset and length sum to 8 in 32 bits.
  (func (export "wrapping") (memory.fill (i32.const 0xfff8) (i32.const 0) (i32.const 0xffff0010))))
