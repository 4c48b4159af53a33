;;! proves: try_table with catch_all round a spin does not catch the end of the fuel
;;! needs: exnref
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
      (block $caught
        (try_table (catch_all $caught)
          (loop $spin (br $spin))))
      (br $again)))
  (func $work)
  (func (export "refill")
    (loop $again
      (block $caught
        (try_table (catch_all $caught) (call $work) (throw $t)))
      (br $again)))
  (func $recursion (export "recursion")
    (block $caught
      (try_table (catch_all $caught) (call $recursion)))
    (call $recursion)))
