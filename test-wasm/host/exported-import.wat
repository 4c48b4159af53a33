;;! proves: a host function that the guest exports again is metered and gated like any call of it
;;! fire: now
;;! refused: CapabilityDenied env.get_time_ms time
;;! fire: now
;;! grant: time
;;! returned: i64 _
;;! fire: now
;;! grant: time
;;! fuel: 0
;;! crashed: OutOfFuel
;;! host-calls: 0
(module
  (import "env" "get_time_ms" (func $now (result i64)))
  (export "now" (func $now)))
