;;! proves: what stands behind a throw is not paid for by those who leave through it
;;! fire: thrown
;;! returned:
;;! fuel-used: 2..6
(module
  (tag $t)
  (func $throws
    (throw $t)
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)))
  (func (export "thrown")
    (try
      (do
        (call $throws)
        (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))
        (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)))
      (catch_all))))
