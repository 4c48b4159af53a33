;;! proves: a cast that does not hold is a trap of its own
;;! needs: gc
;;! fire: main
;;! crashed: Trapped cast failure
(module
  (type $s (struct (field i32)))
  (func (export "main") (drop (ref.cast (ref $s) (ref.i31 (i32.const 1))))))
