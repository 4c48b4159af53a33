;;! proves: a rethrow out of a loop names the same handler when the meter puts labels around that loop
;;! fire: main 5
;;! returned: i32 47
;;! fire: main 0
;;! returned: i32 43
(module
  (tag $t (param i32))
  (func (export "main") (param $n i32) (result i32) (local $i i32)
    try (result i32)
      try
        (throw $t (i32.const 42))
      catch $t
        drop
        loop $again
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $again (i32.lt_s (local.get $i) (local.get $n)))
          rethrow 1
        end
      end
      i32.const 0
    catch $t
      local.get $i
      i32.add
    end))
