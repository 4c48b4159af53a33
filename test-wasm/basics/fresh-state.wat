;;! proves: a firing sees the module's initial state: memory, global, table and segment as if never touched
;;! fire: disturb
;;! returned: i32 0, i32 7, i32 1, i32 42
;;! fire: disturb
;;! returned: i32 0, i32 7, i32 1, i32 42
;;! fire: crash
;;! crashed: Trapped unreachable
;;! memory-at: 8 = 01000000
;;! global: 0 = 8
;;! fire: disturb
;;! returned: i32 0, i32 7, i32 1, i32 42
(module
  (memory 1 3)
  (global $g (mut i32) (i32.const 7))
  (table $t 1 4 funcref)
  (elem (i32.const 0) $answer)
  (data $later "\01")
  (func $answer (result i32) (i32.const 42))
  ;; Gives what it found, then changes all of it.
  (func $disturb (export "disturb") (result i32 i32 i32 i32)
    (i32.load (i32.const 8))
    (global.get $g)
    (table.size $t)
    (call_indirect (result i32) (i32.const 0))
    (memory.init $later (i32.const 8) (i32.const 0) (i32.const 1))
    (data.drop $later)
    (global.set $g (i32.add (global.get $g) (i32.const 1)))
    (drop (memory.grow (i32.const 1)))
    (drop (table.grow $t (ref.null func) (i32.const 2)))
    (table.set $t (i32.const 0) (ref.null func)))
  (func (export "crash")
    (call $disturb) (drop) (drop) (drop) (drop)
    (unreachable)))
