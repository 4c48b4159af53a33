;;! proves: 16 GiB of 64-bit memory are refused like any other wish
;;! needs: memory64
;;! fire: main
;;! refused: LimitExceeded memoryPagesMax
(module
  (memory i64 262144)
  (func (export "main")))
