;;! proves: what many initialisers ask for together counts together
;;! needs: gc
;;! fire: main
;;! refused: LimitExceeded objectBytesMax
(module
  (type $words (array i64))
  (global (ref $words) (array.new_default $words (i32.const 10000000)))
  (global (ref $words) (array.new_default $words (i32.const 10000000)))
  (global (ref $words) (array.new_default $words (i32.const 10000000)))
  (global (ref $words) (array.new_default $words (i32.const 10000000)))
  (global (ref $words) (array.new_default $words (i32.const 10000000)))
  (func (export "main")))
