;;! proves: loops of memory.copy and memory.init cannot outrun their fuel, nor their deadline
;;! timeout: 20000
;;! fire: copy
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fire: copy
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
;;! fire: init
;;! fuel: 1e7
;;! crashed: OutOfFuel
(module
  (memory 16)
  (data $d "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
  (func (export "copy")
    (loop $again
      (memory.copy (i32.const 524288) (i32.const 0) (i32.const 524288))
      (br $again)))
  (func (export "init")
    (loop $again
      (memory.init $d (i32.const 0) (i32.const 0) (i32.const 64))
      (br $again))))
