;;! proves: an element segment outside its table is a crash while the instance is being made
;;! fire: main
;;! crashed: Trapped out of bounds table access
(module
  (table 1 funcref)
  (elem (i32.const 1) $f)
  (func $f)
  (func (export "main")))
