;;! proves: a log whose text is not inside the guest's memory is the guest's fault, and logs nothing
;;! grant: log
;;! fire: log 65530 7
;;! crashed: Trapped out of bounds memory access
;;! fire: log -1 1
;;! crashed: Trapped out of bounds memory access
;;! fire: log 16 -16
;;! crashed: Trapped out of bounds memory access
;;! fire: log 65530 6
;;! returned:
;;! fire: log 65536 0
;;! returned:
(module
  (import "env" "log_info" (func $info (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 65530) "behold")
  (func (export "log") (param i32 i32) (call $info (local.get 0) (local.get 1))))
