;;! proves: a frame gives back its stack, however it is left: a deep call works as well the ten-thousandth time
;;! fuel: 1e9
;;! fire: often 10000
;;! returned: i32 1000000
(module
  (func $down (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (block $out (result i32)
      (br_if $out
        (i32.add (i32.const 1) (call $down (i32.sub (local.get $n) (i32.const 1))))
        (i32.const 1))))
  (func (export "often") (param $times i32) (result i32)
    (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $down (i32.const 100))))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum)))
