;;! proves: a start function that spins is out of fuel before the function that was fired began
;;! fire: main
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fire: main
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
(module
  (start $spin)
  (func $spin (loop $again (br $again)))
  (func (export "main")))
