;;! proves: what was not granted is refused before anything runs, naming what would allow it
;;! fire: main
;;! refused: CapabilityDenied env.log_info log
;;! fire: main
;;! grant: time
;;! refused: CapabilityDenied env.log_info log
;;! fire: main
;;! grant: log
;;! returned:
(module
  (import "env" "log_info" (func $info (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "main")))
