;;! proves: a granted import under another type than its own is refused
;;! grant: time
;;! fire: main
;;! refused: CapabilityDenied env.get_time_ms time
(module
  (import "env" "get_time_ms" (func (param i32) (result i32)))
  (func (export "main")))
