;;! proves: a denied import is refused before the start function had a chance to run
;;! fire: main
;;! refused: CapabilityDenied env.get_time_ms time
(module
  (import "env" "get_time_ms" (func $now (result i64)))
  (start $begin)
  (func $begin (unreachable))
  (func (export "main")))
