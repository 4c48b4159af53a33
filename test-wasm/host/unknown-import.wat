;;! proves: an import that nothing provides is refused whatever was granted
;;! grant: log
;;! grant: time
;;! grant: random
;;! fire: main
;;! refused: CapabilityDenied env.launch
(module
  (import "env" "launch" (func (param i32)))
  (func (export "main")))
