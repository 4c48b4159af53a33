;;! proves: bulk operations on 64-bit memories, and between memories, cannot outrun fuel nor deadline
;;! needs: memory64, multi-memory
;;! fuel: 1e7
;;! fire: fill
;;! crashed: OutOfFuel
;;! fire: across
;;! crashed: OutOfFuel
;;! fire: init
;;! crashed: OutOfFuel
;;! fire: fill
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
;;! fire: across
;;! fuel: 9e11
;;! timeout: 300
;;! crashed: TimedOut
(module
  (memory $wide i64 100)
  (memory $other i64 100)
  (data $d "0123456789abcdef")
  (func (export "fill")
    (loop $again
      (memory.fill $wide (i64.const 0) (i32.const 1) (i64.const 6553600))
      (br $again)))
  (func (export "across")
    (loop $again
      (memory.copy $wide $other (i64.const 0) (i64.const 0) (i64.const 6553600))
      (br $again)))
  (func (export "init")
    (loop $again
      (memory.init $wide $d (i64.const 0) (i32.const 0) (i32.const 16))
      (br $again))))
