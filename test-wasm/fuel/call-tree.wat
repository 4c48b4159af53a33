;;! proves: a tree of calls, without a loop and only forty deep, ends when its fuel does
;;! fire: tree 40
;;! fuel: 1e7
;;! crashed: OutOfFuel
;;! fire: tree 10
;;! returned:
(module
  (func $tree (export "tree") (param i32)
    (if (i32.eqz (local.get 0)) (then (return)))
    (call $tree (i32.sub (local.get 0) (i32.const 1)))
    (call $tree (i32.sub (local.get 0) (i32.const 1)))))
