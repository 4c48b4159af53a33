;;! proves: a memory with 64-bit addresses works under the meter, bulk operations included
;;! needs: memory64
;;! fire: main
;;! returned: i64 1, i32 7
;;! fire: far
;;! crashed: Trapped out of bounds memory access
(module
  (memory i64 1 2)
  (func (export "main") (result i64 i32)
    (memory.grow (i64.const 1))
    (memory.fill (i64.const 65530) (i32.const 7) (i64.const 12))
    (i32.load8_u (i64.const 65541)))
  ;; The sum of offset and length wraps round 2^64.
  (func (export "far")
    (memory.fill (i64.const 16) (i32.const 7) (i64.const -8))))
