;;! proves: catch_all round a host call does not buy one effect past the account
;;! grant: random
;;! fire: main
;;! fuel: 20
;;! crashed: OutOfFuel
;;! host-calls: 0..20
(module
  (import "env" "get_random_u32" (func $random (result i32)))
  (func (export "main")
    (loop $again
      (try (do (drop (call $random))) (catch_all (br $again)))
      (br $again))))
