;;! proves: a data segment outside its memory is a crash while the instance is being made
;;! fire: main
;;! crashed: Trapped out of bounds memory access
(module
  (memory 1)
  (data (i32.const 65535) "ab")
  (func (export "main")))
