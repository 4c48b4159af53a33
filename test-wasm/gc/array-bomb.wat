;;! proves: arrays pay by the element, and their bytes are bounded whatever the fuel
;;! needs: gc
;;! fire: loop
;;! fuel: 1e7
;;! crashed: OutOfFuel | OutOfMemory
;;! fire: nested
;;! fuel: 1e12
;;! timeout: 20000
;;! crashed: OutOfMemory
;;! fire: one 100000000
;;! fuel: 1e12
;;! crashed: OutOfMemory
;;! fire: one -1
;;! fuel: 1e12
;;! crashed: OutOfMemory | OutOfFuel | Trapped
(module
  (type $bytes (array (mut i64)))
  (type $arrays (array (mut (ref null $bytes))))
  (func (export "loop")
    (loop $again (drop (array.new_default $bytes (i32.const 1000000))) (br $again)))
  ;; Keeps all of them alive.
  (func (export "nested")
    (local $i i32) (local $all (ref $arrays))
    (local.set $all (array.new_default $arrays (i32.const 100000)))
    (loop $again
      (array.set $arrays (local.get $all) (local.get $i) (array.new_default $bytes (i32.const 100000)))
      (local.set $i (i32.rem_u (i32.add (local.get $i) (i32.const 1)) (i32.const 100000)))
      (br $again)))
  (func (export "one") (param i32)
    (drop (array.new_default $bytes (local.get 0)))))
