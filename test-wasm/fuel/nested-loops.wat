;;! proves: loops within loops pay for every round of each
;;! fire: count 100
;;! returned: i32 1000000
;;! fuel: 1e8
;;! fire: count 100000
;;! fuel: 1e7
;;! crashed: OutOfFuel
(module
  (func (export "count") (param $n i32) (result i32)
    (local $i i32) (local $j i32) (local $k i32) (local $sum i32)
    (local.set $i (local.get $n))
    (loop $is
      (local.set $j (local.get $n))
      (loop $js
        (local.set $k (local.get $n))
        (loop $ks
          (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
          (br_if $ks (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
        (br_if $js (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (br_if $is (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.get $sum)))
