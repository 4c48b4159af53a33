;;! proves: a loop that is left by br_on_null, br_on_non_null, br_on_cast or br_on_cast_fail pays for its rounds
;;! needs: gc, function-references
;;! fuel: 1e8
;;! fire: walk 0
;;! returned: i32 0
;;! fuel-used: 12
;;! fire: walk 3
;;! returned: i32 3
;;! fuel-used: 72
;;! fire: walk 20000
;;! returned: i32 20000
;;! fuel-used: 400012
;;! fire: seek 5
;;! returned: i32 5
;;! fuel-used: 56
;;! fire: cast 4
;;! returned: i32 4
;;! fuel-used: 64
;;! fire: cast_fail 4
;;! returned: i32 4
;;! fuel-used: 64
;;! fire: by_reference 100
;;! returned: i32 100
;;! fuel-used: 1004
;;! fire: cast 4
;;! fuel: 64
;;! returned: i32 4
;;! fire: cast 4
;;! fuel: 63
;;! crashed: OutOfFuel
(module
  (type $node (struct (field (ref null $node))))
  (type $step (func (param i32) (result i32)))
  (elem declare func $down)
  ;; Entry 1.
  (func $list (param $n i32) (result (ref null $node))
    (local $l (ref null $node))
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $n)))                         ;; 3 a look
        (local.set $l (struct.new $node (local.get $l)))               ;; 3
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))          ;; 4
        (br $again)))                                                  ;; 1
    (local.get $l))                                                    ;; 1
  ;; Entry 1, as in all of them; and $list.
  (func (export "walk") (param $n i32) (result i32)
    (local $at (ref null $node)) (local $count i32)
    (local.set $at (call $list (local.get $n)))                        ;; 3
    (block $end
      (loop $next
        (local.set $at (struct.get $node 0 (br_on_null $end (local.get $at))))   ;; 4, or 2 at the end
        (local.set $count (i32.add (local.get $count) (i32.const 1)))  ;; 4
        (br $next)))                                                   ;; 1
    (local.get $count))                                                ;; 1
  ;; Out by br_on_non_null, which carries what it found: null but at the end.
  (func (export "seek") (param $n i32) (result i32)
    (local $i i32)
    (drop
      (block $found (result (ref $node))
        (loop $next
          (local.set $i (i32.add (local.get $i) (i32.const 1)))        ;; 4
          (br_on_non_null $found
            (if (result (ref null $node)) (i32.lt_u (local.get $i) (local.get $n))   ;; 4, br_on_non_null 1
              (then (ref.null $node))                                  ;; 1
              (else (struct.new_default $node))))                      ;; 1
          (br $next))                                                  ;; 1
        (unreachable)))
    (local.get $i))                                                    ;; 1
  (func $some (param $i i32) (param $n i32) (result anyref)
    (if (result anyref) (i32.lt_u (local.get $i) (local.get $n))       ;; entry 1, 4
      (then (ref.i31 (local.get $i)))                                  ;; 2
      (else (struct.new_default $node))))                              ;; 1
  (func (export "cast") (param $n i32) (result i32)
    (local $i i32)
    (drop
      (block $found (result (ref $node))
        (loop $next
          (local.set $i (i32.add (local.get $i) (i32.const 1)))        ;; 4
          (drop (br_on_cast $found anyref (ref $node) (call $some (local.get $i) (local.get $n))))   ;; 4 and $some
          (br $next))                                                  ;; 1
        (unreachable)))
    (local.get $i))                                                    ;; 1
  (func (export "cast_fail") (param $n i32) (result i32)
    (local $i i32)
    (drop
      (block $other (result anyref)
        (loop $next
          (local.set $i (i32.add (local.get $i) (i32.const 1)))        ;; 4
          (drop (br_on_cast_fail $other anyref (ref i31) (call $some (local.get $i) (local.get $n))))   ;; 4 and $some
          (br $next))                                                  ;; 1
        (unreachable)))
    (local.get $i))                                                    ;; 1
  ;; Recursion by reference: entry 1, get if 2; get const sub, ref.func, call_ref, const add: 7. The end: 1.
  (func $down (export "by_reference") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then
        (i32.add
          (call_ref $step (i32.sub (local.get 0) (i32.const 1)) (ref.func $down))
          (i32.const 1)))
      (else (i32.const 0)))))
