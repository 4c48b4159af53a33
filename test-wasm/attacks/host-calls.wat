;;! proves: a host function of the caller's own is denied as any other until it is granted
;;! fire: main
;;! refused: CapabilityDenied env.ask
(module
  (import "env" "ask" (func $ask (result i32)))
  (memory 1)
  (global $caught (mut i32) (i32.const 0))
  ;; Thirteen units until the call: the entry, ten constants, `try`, `call`. The handler is there to be passed by.
  (func (export "main") (result i32)
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
    (try (result i32)
      (do (call $ask))
      (catch_all (global.set $caught (i32.const 1)) (i32.const -1)))))
