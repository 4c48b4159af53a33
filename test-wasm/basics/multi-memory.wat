;;! proves: a module may have several memories, and each access finds its own
;;! needs: multi-memory
;;! fire: main
;;! returned: i32 11, i32 22
(module
  (memory $a 1)
  (memory $b 1)
  (func (export "main") (result i32 i32)
    (i32.store $a (i32.const 0) (i32.const 11))
    (i32.store $b (i32.const 0) (i32.const 22))
    (memory.copy $a $b (i32.const 8) (i32.const 0) (i32.const 4))
    (memory.fill $b (i32.const 0) (i32.const 0) (i32.const 65536))
    (i32.load $a (i32.const 0))
    (i32.load $a (i32.const 8))))
