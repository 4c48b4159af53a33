;;! proves: the guest's own maximum holds where it is below the policy's, and a large one asks for nothing
;;! fire: small 2
;;! returned: i32 1
;;! fire: small 3
;;! returned: i32 -1
(module
  (memory $m 1 3)
  (func (export "small") (param i32) (result i32) (memory.grow (local.get 0))))
