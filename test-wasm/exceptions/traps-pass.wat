;;! proves: no handler catches a trap
;;! fire: legacy
;;! crashed: Trapped integer divide by zero
;;! fire: deep
;;! crashed: Trapped unreachable
(module
  (func (export "legacy")
    (try (do (drop (i32.div_s (i32.const 1) (i32.const 0)))) (catch_all)))
  (func $bad (unreachable))
  (func (export "deep")
    (try (do (try (do (call $bad)) (catch_all))) (catch_all))))
