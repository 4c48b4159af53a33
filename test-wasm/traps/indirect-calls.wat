;;! proves: an indirect call past its table is told from one to a wrong or empty entry, which V8 does not tell apart
;;! fire: call 0
;;! returned: i32 5
;;! fire: call 1
;;! crashed: Trapped uninitialized element or indirect call type mismatch
;;! fire: call 2
;;! crashed: Trapped uninitialized element or indirect call type mismatch
;;! fire: call 3
;;! crashed: Trapped undefined element
;;! fire: call -1
;;! crashed: Trapped undefined element
(module
  (table 3 funcref)
  (elem (i32.const 0) $five $nothing)
  (func $five (result i32) (i32.const 5))
  (func $nothing)
  (func (export "call") (param i32) (result i32)
    (call_indirect (result i32) (local.get 0))))
