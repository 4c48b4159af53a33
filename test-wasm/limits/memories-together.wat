;;! proves: several memories count together
;;! needs: multi-memory
;;! fire: main
;;! limit: memoryPagesMax 6
;;! returned:
;;! fire: main
;;! limit: memoryPagesMax 5
;;! refused: LimitExceeded memoryPagesMax
(module
  (memory 2)
  (memory 2)
  (memory 2)
  (func (export "main")))
