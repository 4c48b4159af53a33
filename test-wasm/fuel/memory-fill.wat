;;! proves: a loop of memory.fill cannot outrun its fuel, nor its deadline
;;! timeout: 20000
;;! fire: fill
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fire: fill
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
;;! fire: fill_once 1000
;;! returned:
;;! fuel-used: 1005
;;! fire: fill_once 0
;;! returned:
;;! fuel-used: 5
;;! fire: fill_once -1
;;! crashed: Trapped out of bounds memory access
(module
  (memory 16)
  (func (export "fill")
    (loop $again
      (memory.fill (i32.const 0) (i32.const 0) (i32.const 1048576))
      (br $again)))
  (func (export "fill_once") (param i32)
    (memory.fill (i32.const 0) (i32.const 7) (local.get 0))))
