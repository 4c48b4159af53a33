;;! proves: an exception that nobody catches is the guest's, with its tag and payload
;;! fire: plain
;;! crashed: GuestException
;;! fire: loaded
;;! crashed: GuestException
;;! fire: rethrown
;;! crashed: GuestException
(module
  (tag $plain)
  (tag $loaded (param i32 i64))
  (func (export "plain") (throw $plain))
  (func (export "loaded") (throw $loaded (i32.const 7) (i64.const -1)))
  (func (export "rethrown")
    (try (do (throw $loaded (i32.const 7) (i64.const -1))) (catch_all (rethrow 0)))))
