;;! proves: 900 MB asked for by a global's initialiser is refused before anything is allocated
;;! needs: gc
;;! fire: main
;;! refused: LimitExceeded objectBytesMax
(module
  (type $bytes (array i8))
  (global $g (ref $bytes) (array.new $bytes (i32.const 0) (i32.const 943718400)))
  (func (export "main")))
