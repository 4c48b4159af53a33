;;! proves: an import named like a part of every JavaScript object finds nothing
;;! grant: log
;;! fire: main
;;! refused: CapabilityDenied env.constructor
(module
  (import "env" "constructor" (func))
  (func (export "main")))
