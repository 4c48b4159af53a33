;;! proves: loops of array.fill and array.copy cannot outrun their fuel
;;! needs: gc
;;! fuel: 1e7
;;! timeout: 20000
;;! fire: fill
;;! crashed: OutOfFuel
;;! fire: copy
;;! crashed: OutOfFuel
(module
  (type $a (array (mut i8)))
  (func (export "fill")
    (local $x (ref $a))
    (local.set $x (array.new_default $a (i32.const 100000)))
    (loop $again
      (array.fill $a (local.get $x) (i32.const 0) (i32.const 1) (i32.const 100000))
      (br $again)))
  (func (export "copy")
    (local $x (ref $a))
    (local.set $x (array.new_default $a (i32.const 100000)))
    (loop $again
      (array.copy $a $a (local.get $x) (i32.const 1) (local.get $x) (i32.const 0) (i32.const 99999))
      (br $again))))
