;;! proves: endless recursion through typed references is out of stack
;;! needs: function-references
;;! fire: main
;;! fuel: 1e7
;;! crashed: OutOfStack
(module
  (type $f (func))
  (elem declare func $main)
  (func $main (export "main") (type $f) (call_ref $f (ref.func $main))))
