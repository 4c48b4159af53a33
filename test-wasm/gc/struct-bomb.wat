;;! proves: allocating structures for ever ends at a bound: the fuel's, or that of object bytes
;;! needs: gc
;;! fire: dropped
;;! fuel: 1e6
;;! crashed: OutOfFuel | OutOfMemory
;;! fire: kept
;;! fuel: 1e12
;;! timeout: 20000
;;! crashed: OutOfMemory
(module
  (type $node (struct (field i64) (field (ref null $node))))
  (func (export "dropped")
    (loop $again (drop (struct.new_default $node)) (br $again)))
  (func (export "kept")
    (local $list (ref null $node))
    (loop $again
      (local.set $list (struct.new $node (i64.const 1) (local.get $list)))
      (br $again))))
