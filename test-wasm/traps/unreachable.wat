;;! proves: unreachable is told from other traps
;;! fire: main
;;! crashed: Trapped unreachable
(module (func (export "main") (unreachable)))
