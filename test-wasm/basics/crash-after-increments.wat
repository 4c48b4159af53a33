;;! proves: a crash after n increments leaves a dump in which n stands at its address
;;! fire: crash_after 42
;;! crashed: Trapped unreachable
;;! memory-at: 0x400 = 2a000000
;;! global: 0 = 42
;;! fire: crash_after 258
;;! crashed: Trapped unreachable
;;! memory-at: 0x400 = 02010000
(module
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "crash_after") (param $n i32)
    (loop $next
      (i32.store (i32.const 0x400) (i32.add (i32.load (i32.const 0x400)) (i32.const 1)))
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (unreachable)))
