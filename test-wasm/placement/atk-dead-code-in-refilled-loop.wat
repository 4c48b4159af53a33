;;! proves: code that cannot be reached, behind a block that nothing leaves, keeps its labels when a loop gets one more
;;! fuel: 1e6
;;! fire: f 3
;;! returned: i32 5
;;! fuel-used: 18
(module
  ;; Entry 1. A round: get const sub tee br_if 5; three of them, then const br 2: 1 + 15 + 2 = 18.
  (func (export "f") (param $n i32) (result i32)
    block $i32 (result i32)
      block $f64 (result f64)
        loop $again
          local.get $n i32.const 1 i32.sub local.tee $n br_if $again
          block
            i32.const 5 br $i32
          end
          ;; Dead. With the outer loop that refills put round it, label 2 is $f64.
          i32.const 1 br $i32
        end
        f64.const 1
      end
      drop
      i32.const 1
    end))
