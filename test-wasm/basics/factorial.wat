;;! proves: a loop over i64 works out factorials, and 64-bit values pass through whole
;;! fire: factorial 20
;;! returned: i64 2432902008176640000
;;! fire: factorial 0
;;! returned: i64 1
;;! fire: factorial -1
;;! returned: i64 1
(module
  (func (export "factorial") (param $n i64) (result i64)
    (local $product i64)
    (local.set $product (i64.const 1))
    (block $done
      (loop $next
        (br_if $done (i64.lt_s (local.get $n) (i64.const 2)))
        (local.set $product (i64.mul (local.get $product) (local.get $n)))
        (local.set $n (i64.sub (local.get $n) (i64.const 1)))
        (br $next)))
    (local.get $product)))
