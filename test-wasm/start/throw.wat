;;! proves: an exception out of a start function is the guest's
;;! fire: main
;;! crashed: GuestException
(module
  (tag $t)
  (start $begin)
  (func $begin (throw $t))
  (func (export "main")))
