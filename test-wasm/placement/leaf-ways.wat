;;! proves: a leaf pays once, whether it is called, called through a table, tail-called, exported, or the start function
;;! needs: tail-call
;;! fuel: 1e8
;;! fire: leaf
;;! returned:
;;! fuel-used: 10
;;! fire: direct
;;! returned:
;;! fuel-used: 12
;;! fire: indirect
;;! returned:
;;! fuel-used: 13
;;! fire: tail
;;! returned:
;;! fuel-used: 12
;;! fire: tail_indirect
;;! returned:
;;! fuel-used: 13
;;! fire: twice
;;! returned: i32 3
;;! fuel-used: 19
;;! fire: leaf
;;! fuel: 9
;;! crashed: OutOfFuel
(module
  (global $count (mut i32) (i32.const 0))
  (table 1 funcref)
  (elem (i32.const 0) $leaf)
  ;; Entry 1, 4: 5. It is the start function too, so every firing has 5 more.
  (func $leaf (export "leaf") global.get $count i32.const 1 i32.add global.set $count)
  (start $leaf)
  (func (export "direct") call $leaf)
  (func (export "indirect") i32.const 0 call_indirect)
  (func (export "tail") return_call $leaf)
  (func (export "tail_indirect") i32.const 0 return_call_indirect)
  (func (export "twice") (result i32) call $leaf call $leaf global.get $count))
