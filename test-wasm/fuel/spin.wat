;;! proves: an empty endless loop ends when its fuel does, whatever the amount
;;! fire: spin
;;! fuel: 1000
;;! crashed: OutOfFuel
;;! fuel-used: 1000
;;! fire: spin
;;! fuel: 1
;;! crashed: OutOfFuel
;;! fire: spin
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fuel-used: 1e7
;;! fire: spin
;;! fuel: 9007199254740991
;;! timeout: 300
;;! crashed: TimedOut
(module
  (func (export "spin") (loop $again (br $again))))
