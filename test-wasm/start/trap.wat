;;! proves: a start function that traps is a crash with a dump of what it had written
;;! fire: main
;;! crashed: Trapped unreachable
;;! memory-at: 4 = 07000000
(module
  (memory 1)
  (start $begin)
  (func $begin (i32.store (i32.const 4) (i32.const 7)) (unreachable))
  (func (export "main")))
