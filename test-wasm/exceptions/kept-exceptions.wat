;;! proves: exceptions that are kept as values count as objects: a list of them, each in the next one's payload, is out of memory
;;! needs: exnref
;;! fuel: 1e9
;;! timeout: 20000
;;! fire: main
;;! crashed: OutOfMemory
(module
  (tag $link (param exnref i64 i64 i64 i64 i64 i64 i64 i64))
  (global $last (mut exnref) (ref.null exn))
  (func (export "main")
    (loop $again
      (block $caught (result exnref i64 i64 i64 i64 i64 i64 i64 i64 exnref)
        (try_table (catch_ref $link $caught)
          (global.get $last)
          (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)
          (i64.const 5) (i64.const 6) (i64.const 7) (i64.const 8)
          (throw $link))
        unreachable)
      (global.set $last)
      drop drop drop drop drop drop drop drop drop
      (br $again))))
