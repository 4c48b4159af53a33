;;! proves: an endless row of tail calls by reference is out of fuel, and never out of stack
;;! needs: tail-call, function-references
;;! fire: main
;;! fuel: 1e7
;;! crashed: OutOfFuel
(module
  (type $f (func))
  (elem declare func $main)
  (func $main (export "main") (type $f) (return_call_ref $f (ref.func $main))))
