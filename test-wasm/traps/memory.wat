;;! proves: loads and stores outside memory trap, at the last byte, past it, and where the address wraps
;;! fire: load 65532
;;! returned: i32 0
;;! fire: load 65533
;;! crashed: Trapped out of bounds memory access
;;! fire: load -1
;;! crashed: Trapped out of bounds memory access
;;! fire: far_offset 1
;;! crashed: Trapped out of bounds memory access
;;! fire: store 65535
;;! crashed: Trapped out of bounds memory access
;;! memory-at: 0xfffc = 00000000
(module
  (memory 1)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "far_offset") (param i32) (result i32) (i32.load offset=0xffffffff (local.get 0)))
  (func (export "store") (param i32) (i32.store (local.get 0) (i32.const -1))))
