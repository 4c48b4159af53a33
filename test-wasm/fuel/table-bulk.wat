;;! proves: loops of table.fill, table.copy and table.init cannot outrun their fuel, nor their deadline
;;! timeout: 20000
;;! fire: fill
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fire: copy
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fire: init
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fire: fill
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
(module
  (table $t 1000 funcref)
  (elem $e func $f $f $f $f $f $f $f $f)
  (func $f)
  (func (export "fill")
    (loop $again
      (table.fill $t (i32.const 0) (ref.func $f) (i32.const 1000))
      (br $again)))
  (func (export "copy")
    (loop $again
      (table.copy $t $t (i32.const 500) (i32.const 0) (i32.const 500))
      (br $again)))
  (func (export "init")
    (loop $again
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 8))
      (br $again))))
