;;! proves: reading and writing outside a table trap
;;! fire: get 1
;;! crashed: Trapped out of bounds table access
;;! fire: set -1
;;! crashed: Trapped out of bounds table access
;;! fire: get 0
;;! returned:
(module
  (table $t 1 funcref)
  (func (export "get") (param i32) (drop (table.get $t (local.get 0))))
  (func (export "set") (param i32) (table.set $t (local.get 0) (ref.null func))))
