;;! proves: an imported start function runs under the account like any other
;;! grant: time
;;! fire: main
;;! refused: CapabilityDenied env.nothing
(module
  (import "env" "nothing" (func $nothing))
  (start $nothing)
  (func (export "main")))
