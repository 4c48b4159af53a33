;;! proves: catch_all round a spin does not catch the end of the fuel
;;! fuel: 1e7
;;! fire: spin
;;! crashed: OutOfFuel
;;! fire: refill
;;! crashed: OutOfFuel
;;! fire: recursion
;;! crashed: OutOfStack
(module
  (tag $t)
  (func (export "spin")
    (loop $again
      (try
        (do (loop $spin (br $spin)))
        (catch_all (br $again)))
      (br $again)))
  ;; Every round enters a function, where a check stands, inside a handler.
  (func $work)
  (func (export "refill")
    (loop $again
      (try (do (call $work) (throw $t)) (catch_all (call $work) (br $again)))))
  (func $recursion (export "recursion")
    (try (do (call $recursion)) (catch_all (call $recursion)))))
