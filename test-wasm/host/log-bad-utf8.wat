;;! proves: log text that is no UTF-8 is logged with its bad bytes replaced, and stops nobody
;;! grant: log
;;! fire: main
;;! returned:
;;! log: info a��b
(module
  (import "env" "log_info" (func $info (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "a\ff\feb")
  (func (export "main") (call $info (i32.const 0) (i32.const 4))))
