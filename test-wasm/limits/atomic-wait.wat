;;! proves: a guest cannot put its scheduler to sleep, also where threads are allowed
;;! fire: main
;;! refused: Unsupported
;;! fire: main
;;! allow: threads
;;! refused: Unsupported memory.atomic.wait
(module
  (memory 1 1 shared)
  (func (export "main") (result i32)
    (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
