;;! proves: time and random numbers come in their declared types
;;! grant: time
;;! grant: random
;;! fire: time
;;! returned: i64 _
;;! host-calls: 1
;;! fire: u32
;;! returned: i32 _
;;! host-calls: 1
;;! fire: u64
;;! returned: i64 _
;;! host-calls: 1
(module
  (import "env" "get_time_ms" (func $time (result i64)))
  (import "env" "get_random_u32" (func $u32 (result i32)))
  (import "env" "get_random_u64" (func $u64 (result i64)))
  (func (export "time") (result i64) (call $time))
  (func (export "u32") (result i32) (call $u32))
  (func (export "u64") (result i64) (call $u64)))
