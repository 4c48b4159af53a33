;;! proves: operations longer than a chunk, and overlapping copies in both directions, move what memmove would
;;! fuel: 1e8
;;! fire: fill 65535
;;! returned: i32 7, i32 0
;;! fire: fill 65536
;;! returned: i32 7, i32 0
;;! fire: fill 65537
;;! returned: i32 7, i32 0
;;! fire: fill 200000
;;! returned: i32 7, i32 0
;;! fire: shift 1 0
;;! returned: i32 1
;;! fire: shift 0 1
;;! returned: i32 1
;;! fire: shift 65536 0
;;! returned: i32 1
;;! fire: shift 0 65536
;;! returned: i32 1
(module
  (memory 8)
  ;; The last byte filled, and the one behind it.
  (func (export "fill") (param $n i32) (result i32 i32)
    (memory.fill (i32.const 3) (i32.const 7) (local.get $n))
    (i32.load8_u (i32.add (local.get $n) (i32.const 2)))
    (i32.load8_u (i32.add (local.get $n) (i32.const 3))))
  (func $pattern (param $i i32) (result i32)
    (i32.and (i32.mul (local.get $i) (i32.const 0x9e3779b1)) (i32.const 255)))
  ;; Writes a pattern of 200,000 bytes at `from`, copies it to `to`, and tells whether all of it arrived.
  (func (export "shift") (param $to i32) (param $from i32) (result i32)
    (local $i i32)
    (loop $write
      (i32.store8 (i32.add (local.get $from) (local.get $i)) (call $pattern (local.get $i)))
      (br_if $write (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200000))))
    (memory.copy (local.get $to) (local.get $from) (i32.const 200000))
    (local.set $i (i32.const 0))
    (loop $read
      (if (i32.ne (i32.load8_u (i32.add (local.get $to) (local.get $i))) (call $pattern (local.get $i)))
        (then (return (i32.const 0))))
      (br_if $read (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200000))))
    (i32.const 1)))
