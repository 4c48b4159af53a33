;;! proves: structures and arrays work under the meter, recursion groups and all
;;! needs: gc
;;! fire: sum 100
;;! returned: i32 5050
;;! fire: array_sum 100
;;! returned: i32 700
(module
  (rec
    (type $node (struct (field $value i32) (field $next (ref null $node))))
    (type $other (struct (field (ref null $node)))))
  (type $numbers (array (mut i32)))
  (func (export "sum") (param $n i32) (result i32)
    (local $list (ref null $node)) (local $sum i32)
    (loop $push
      (local.set $list (struct.new $node (local.get $n) (local.get $list)))
      (br_if $push (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (block $end
      (loop $walk
        (local.set $sum
          (i32.add (struct.get $node $value (br_on_null $end (local.get $list))) (local.get $sum)))
        (local.set $list (struct.get $node $next (local.get $list)))
        (br $walk))
      (unreachable))
    (local.get $sum))
  (func (export "array_sum") (param $n i32) (result i32)
    (local $a (ref $numbers)) (local $i i32) (local $sum i32)
    (local.set $a (array.new $numbers (i32.const 7) (local.get $n)))
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (array.get $numbers (local.get $a) (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $a)))))
    (local.get $sum)))
