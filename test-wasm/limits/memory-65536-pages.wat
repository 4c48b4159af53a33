;;! proves: an initial memory of 65,536 pages is refused before anything is allocated
;;! fire: main
;;! refused: LimitExceeded memoryPagesMax
(module
  (memory 65536)
  (func (export "main")))
