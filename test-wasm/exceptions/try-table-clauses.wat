;;! proves: every clause of try_table branches where it branched before the meter was there
;;! needs: exnref
;;! fire: main 0
;;! returned: i32 7
;;! fire: main 1
;;! returned: i32 100
;;! fire: rethrown
;;! returned: i32 9
(module
  (tag $number (param i32))
  (tag $other)
  (func (export "main") (param $which i32) (result i32)
    (block $all
      (block $got (result i32)
        (loop $inside (result i32)
          (try_table (result i32) (catch $number $got) (catch_all $all)
            (if (local.get $which) (then (throw $other)))
            (throw $number (i32.const 7)))))
      (return))
    (i32.const 100))
  (func (export "rethrown") (result i32)
    (block $second (result i32)
      (try_table (catch $number $second)
        (block $first (result i32 exnref)
          (try_table (catch_ref $number $first) (throw $number (i32.const 9)))
          (unreachable))
        (throw_ref))
      (unreachable))))
