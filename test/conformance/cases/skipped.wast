;; Nothing here can be held against the meter: V8 itself does not do it, or nobody can be asked.
(module (func (export "one") (result i32) (i32.const 1)))
(assert_return (invoke "one") (i32.const 2))
(assert_return (invoke "two") (i32.const 2))
(assert_malformed (module quote "(func (param i33))") "unexpected token")
(assert_unlinkable (module) "it is linked all the same")
(assert_later (invoke "one"))
(module (func (result i32)))
(assert_return (invoke "one") (i32.const 1))
