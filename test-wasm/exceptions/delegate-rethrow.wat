;;! proves: delegate and rethrow find the handlers that they found before the meter was there
;;! fire: delegated
;;! returned: i32 2
;;! fire: rethrown
;;! returned: i32 33
;;! fire: in_loop 5
;;! returned: i32 5
(module
  (tag $t (param i32))
  (func (export "delegated") (result i32)
    (try $outer (result i32)
      (do
        (try $inner (result i32)
          (do
            (try (result i32)
              (do (throw $t (i32.const 1)))
              (delegate $outer)))
          (catch $t (i32.const 10) (i32.add))))
      (catch $t (i32.const 1) (i32.add))))
  (func (export "rethrown") (result i32)
    (try (result i32)
      (do
        (try $inner (result i32)
          (do (throw $t (i32.const 33)))
          (catch $t (drop) (loop (block (rethrow $inner))) (unreachable))))
      (catch $t)))
  (func (export "in_loop") (param $n i32) (result i32)
    (local $count i32)
    (loop $again
      (try $outer
        (do
          (loop $inside
            (try (do (throw $t (i32.const 1))) (delegate $outer))))
        (catch $t (local.set $count (i32.add (local.get $count)))))
      (br_if $again (i32.lt_u (local.get $count) (local.get $n))))
    (local.get $count)))
