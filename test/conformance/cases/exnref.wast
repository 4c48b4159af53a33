;; References to exceptions, which Node 22 does not have yet.
(module
  (tag $oops)
  (func (export "none") (result exnref) (ref.null exn))
  (func (export "some") (result exnref)
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught) (throw $oops))
      (unreachable))))
(assert_return (invoke "none") (ref.null exn))
(assert_return (invoke "some") (ref.exn))
