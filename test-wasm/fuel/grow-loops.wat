;;! proves: growing by nothing, or in vain, for ever ends when the fuel does, or the deadline comes
;;! fuel: 1e5
;;! fire: memory_by_zero
;;! crashed: OutOfFuel
;;! fire: memory_in_vain
;;! crashed: OutOfFuel
;;! fire: table_by_zero
;;! crashed: OutOfFuel
;;! fire: memory_by_zero
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
(module
  (memory 1 1)
  (table $t 1 1 funcref)
  (func (export "memory_by_zero")
    (loop $again (drop (memory.grow (i32.const 0))) (br $again)))
  (func (export "memory_in_vain")
    (loop $again (drop (memory.grow (i32.const 1))) (br $again)))
  (func (export "table_by_zero")
    (loop $again (drop (table.grow $t (ref.null func) (i32.const 0))) (br $again))))
