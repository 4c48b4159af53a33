;;! proves: each use of a null reference is a trap that says what was null
;;! needs: gc
;;! fire: as_non_null
;;! crashed: Trapped null reference
;;! fire: call_ref
;;! crashed: Trapped null function reference
;;! fire: struct
;;! crashed: Trapped null structure reference
;;! fire: array
;;! crashed: Trapped null array reference
;;! fire: i31
;;! crashed: Trapped null i31 reference
(module
  (type $f (func))
  (type $s (struct (field i32)))
  (type $a (array i32))
  (func (export "as_non_null") (drop (ref.as_non_null (ref.null extern))))
  (func (export "call_ref") (call_ref $f (ref.null $f)))
  (func (export "struct") (result i32) (struct.get $s 0 (ref.null $s)))
  (func (export "array") (result i32) (array.get $a (ref.null $a) (i32.const 0)))
  (func (export "i31") (result i32) (i31.get_s (ref.null i31))))
