;;! proves: calls through typed references work under the meter
;;! needs: function-references
;;! fire: twice 20
;;! returned: i32 42
(module
  (type $f (func (param i32) (result i32)))
  (elem declare func $plus1)
  (func $plus1 (type $f) (i32.add (local.get 0) (i32.const 1)))
  (func (export "twice") (param i32) (result i32)
    (local $g (ref null $f))
    (local.set $g (ref.func $plus1))
    (i32.mul (call_ref $f (local.get 0) (ref.as_non_null (local.get $g))) (i32.const 2))))
