;;! proves: throwing a null exception reference is a trap
;;! needs: exnref
;;! fire: main
;;! crashed: Trapped null exception reference
(module (func (export "main") (throw_ref (ref.null exn))))
