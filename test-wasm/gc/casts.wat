;;! proves: br_on_cast, br_on_cast_fail, br_on_null and br_on_non_null branch where they branched before
;;! needs: gc
;;! fire: kind 0
;;! returned: i32 100
;;! fire: kind 1
;;! returned: i32 5
;;! fire: kind 2
;;! returned: i32 300
(module
  (type $box (struct (field i32)))
  (func $make (param i32) (result anyref)
    (if (i32.eq (local.get 0) (i32.const 1)) (then (return (struct.new $box (i32.const 5)))))
    (if (i32.eq (local.get 0) (i32.const 2)) (then (return (ref.i31 (i32.const 3)))))
    (ref.null any))
  (func (export "kind") (param i32) (result i32)
    (loop $inside (result i32)
      (block $boxed (result (ref $box))
        (block $null
          (block $other (result anyref)
            (br_on_cast_fail $other anyref (ref $box) (br_on_null $null (call $make (local.get 0))))
            (br $boxed))
          (drop)
          (return (i32.const 300)))
        (return (i32.const 100)))
      (struct.get $box 0))))
