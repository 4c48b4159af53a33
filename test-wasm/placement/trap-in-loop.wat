;;! proves: a trap inside a loop that has no call finds every round before it paid
;;! fuel: 1e8
;;! fire: divide 1000
;;! crashed: Trapped integer divide by zero
;;! fuel-used: 9004..9020
;;! fire: divide 50000
;;! crashed: Trapped integer divide by zero
;;! fuel-used: 450004..450020
;;! fire: store 65536
;;! crashed: Trapped out of bounds memory access
;;! fuel-used: 524292..524310
;;! global: 0 = 0
;;! memory-at: 0xfffc = 01010101
(module
  (memory 1)
  (global $g (mut i32) (i32.const 0))
  ;; Entry 1. A round: const get div 3, get const sub set 4, global.get 1, br 1: 9. The last: 3.
  (func (export "divide") (param $n i32)
    loop $l
      i32.const 1 local.get $n i32.div_u drop
      local.get $n i32.const 1 i32.sub local.set $n
      global.get $g drop
      br $l
    end)
  ;; Entry 1. A round: get const store 3, get const add set 4, br 1: 8. The last: 3.
  (func (export "store") (param $n i32)
    (local $i i32)
    loop $l
      local.get $i i32.const 1 i32.store8
      local.get $i i32.const 1 i32.add local.set $i
      br $l
    end
    i32.const 1 global.set $g))
