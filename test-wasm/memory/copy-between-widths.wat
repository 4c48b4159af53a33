;;! proves: bytes copied between memories of 32 and of 64 bits are paid for, and the bounds of both hold
;;! needs: memory64, multi-memory, memory64-copy
;;! fire: widen
;;! returned: i32 1684234849
;;! fuel-used: 11
;;! fire: narrow
;;! returned: i32 1751606885
;;! fuel-used: 14
;;! fire: past_the_end
;;! crashed: Trapped out of bounds memory access
(module
  (memory $narrow 1) (memory $wide i64 1)
  (data (i32.const 0) "abcd")
  ;; Entry, four instructions, four bytes, and what reads the answer.
  (func (export "widen") (result i32)
    (memory.copy $wide $narrow (i64.const 16) (i32.const 0) (i32.const 4))
    (i32.load $wide (i64.const 16)))
  (func (export "narrow") (result i32)
    (i32.store $wide (i64.const 8) (i32.const 0x68676665))
    (memory.copy $narrow $wide (i32.const 16) (i64.const 8) (i32.const 4))
    (i32.load $narrow (i32.const 16)))
  (func (export "past_the_end")
    (memory.copy $wide $narrow (i64.const 0xffff) (i32.const 0) (i32.const 4))))
