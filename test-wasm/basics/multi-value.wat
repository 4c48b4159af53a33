;;! proves: blocks and loops with parameters and several results work under the meter
;;! fire: fib 10
;;! returned: i32 55, i32 89
(module
  (func (export "fib") (param $n i32) (result i32 i32)
    (i32.const 0) (i32.const 1)
    ;; The pair lives on the operand stack from one round to the next.
    (loop $next (param i32 i32) (result i32 i32)
      (call $step)
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $step (param $a i32) (param $b i32) (result i32 i32)
    (local.get $b)
    (i32.add (local.get $a) (local.get $b))))
