;;! proves: a maximum of 65,536 pages is a ceiling and not a request: the module runs
;;! fire: main
;;! returned: i32 1
;;! pages: 1
(module
  (memory 1 65536)
  (func (export "main") (result i32) (memory.size)))
