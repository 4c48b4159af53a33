;;! proves: growth stops at the policy's limit by the guest's own rules: memory.grow gives -1 and nothing changes
;;! limit: memoryPagesMax 10
;;! fire: grow 9
;;! returned: i32 1, i32 10
;;! pages: 10
;;! fire: grow 10
;;! returned: i32 -1, i32 1
;;! pages: 1
;;! fire: grow 65536
;;! returned: i32 -1, i32 1
;;! fire: grow -1
;;! returned: i32 -1, i32 1
;;! fire: grow 0
;;! returned: i32 1, i32 1
(module
  (memory 1)
  (func (export "grow") (param i32) (result i32 i32)
    (memory.grow (local.get 0))
    (memory.size)))
