;;! proves: a guest cannot ask for the meter's own parts
;;! fire: main
;;! refused: CapabilityDenied munition.refill
(module
  (import "munition" "refill" (func (param i32) (result i32)))
  (func (export "main")))
