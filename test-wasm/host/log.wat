;;! proves: a granted log gets the text that stands in the guest's memory, in order
;;! grant: log
;;! fire: main
;;! returned:
;;! log: debug hello
;;! log: info world
;;! log: warn
;;! log: error héllo
(module
  (import "env" "log_debug" (func $debug (param i32 i32)))
  (import "env" "log_info" (func $info (param i32 i32)))
  (import "env" "log_warn" (func $warn (param i32 i32)))
  (import "env" "log_error" (func $error (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "helloworldh\c3\a9llo")
  (func (export "main")
    (call $debug (i32.const 16) (i32.const 5))
    (call $info (i32.const 21) (i32.const 5))
    (call $warn (i32.const 0) (i32.const 0))
    (call $error (i32.const 26) (i32.const 6))))
