;;! proves: the limit on pages holds at it and above it
;;! fire: main
;;! limit: memoryPagesMax 4
;;! returned: i32 4
;;! fire: main
;;! limit: memoryPagesMax 3
;;! refused: LimitExceeded memoryPagesMax
(module
  (memory 4)
  (func (export "main") (result i32) (memory.size)))
