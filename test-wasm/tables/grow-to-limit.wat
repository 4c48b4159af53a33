;;! proves: a table grows by the guest's own rules: -1 at its maximum, and nothing changes
;;! fire: grow 9
;;! returned: i32 1, i32 10
;;! fire: grow 10
;;! returned: i32 -1, i32 1
;;! fire: grow -1
;;! returned: i32 -1, i32 1
;;! fire: unlimited 1000000000
;;! returned: i32 -1
(module
  (table $t 1 10 funcref)
  (table $u 0 funcref)
  (func (export "grow") (param i32) (result i32 i32)
    (table.grow $t (ref.null func) (local.get 0))
    (table.size $t))
  ;; No maximum of its own: the policy's stops it.
  (func (export "unlimited") (param i32) (result i32)
    (table.grow $u (ref.null func) (local.get 0))))
