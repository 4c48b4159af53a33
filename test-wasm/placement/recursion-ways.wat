;;! proves: recursion through a table, a tail call and an export pays for every entry, and leaves what each call left
;;! needs: tail-call
;;! fuel: 1e8
;;! fire: table 10
;;! returned: i32 55
;;! fuel-used: 104
;;! fire: table 3000
;;! returned: i32 4501500
;;! fuel-used: 30004
;;! fire: tail 10 0
;;! returned: i32 55
;;! fuel-used: 104
;;! fire: tail 60000 0
;;! returned: i32 1800030000
;;! fuel-used: 600004
;;! fire: table 10
;;! fuel: 104
;;! returned: i32 55
;;! fire: table 10
;;! fuel: 103
;;! crashed: OutOfFuel
(module
  (type $f (func (param i32) (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $table)
  ;; A call that goes on: entry 1, get if 2, get 1, get const sub 3, const call_indirect 2, add 1: 10. The last: 1 + 2 + 1.
  (func $table (export "table") (param i32) (result i32)
    local.get 0
    if (result i32)
      local.get 0
      local.get 0 i32.const 1 i32.sub i32.const 0 call_indirect (type $f)
      i32.add
    else
      i32.const 0
    end)
  ;; A call that goes on: entry 1, get if 2, get const sub 3, get get add 3, call 1: 10. The last: 1 + 2 + 1.
  (func $tail (export "tail") (param i32 i32) (result i32)
    local.get 0
    if
      local.get 0 i32.const 1 i32.sub
      local.get 1 local.get 0 i32.add
      return_call $tail
    end
    local.get 1))
