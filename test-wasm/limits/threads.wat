;;! proves: shared memory and atomics are refused unless they are allowed
;;! fire: main
;;! refused: Unsupported
(module
  (memory 1 1 shared)
  (func (export "main") (result i32)
    (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
