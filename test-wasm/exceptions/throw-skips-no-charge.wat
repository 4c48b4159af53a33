;;! proves: a loop whose every round leaves by a throw pays for every round
;;! fuel: 1e6
;;! fire: main
;;! crashed: OutOfFuel
;;! fire: across
;;! crashed: OutOfFuel
(module
  (tag $t)
  (func (export "main")
    (loop $again (try (do (throw $t)) (catch_all)) (br $again)))
  (func $thrower (throw $t))
  (func (export "across")
    (loop $again (try (do (call $thrower) (br $again)) (catch $t (br $again))))))
