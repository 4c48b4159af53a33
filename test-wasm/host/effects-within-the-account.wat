;;! proves: with fuel for ten calls there are not eleven: no effect happens past the account
;;! grant: log
;;! grant: random
;;! fire: log
;;! fuel: 10
;;! crashed: OutOfFuel
;;! host-calls: 0..10
;;! fire: random
;;! fuel: 10
;;! crashed: OutOfFuel
;;! host-calls: 0..10
;;! fire: random_then_return
;;! fuel: 1
;;! crashed: OutOfFuel
;;! host-calls: 0
(module
  (import "env" "log_info" (func $info (param i32 i32)))
  (import "env" "get_random_u32" (func $random (result i32)))
  (memory (export "memory") 1)
  (func (export "log")
    (loop $again (call $info (i32.const 0) (i32.const 1)) (br $again)))
  (func (export "random")
    (loop $again (drop (call $random)) (br $again)))
  (func (export "random_then_return") (drop (call $random))))
