;;! proves: no clause of try_table catches a trap
;;! needs: exnref
;;! fire: main
;;! crashed: Trapped integer divide by zero
(module
  (func (export "main")
    (block $caught
      (try_table (catch_all $caught) (drop (i32.div_s (i32.const 1) (i32.const 0)))))))
