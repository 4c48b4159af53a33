;;! proves: the elements of all segments count together: V8 writes them while it instantiates, where nothing is paid
;;! fire: main
;;! limit: tableElementsMax 6
;;! returned:
;;! fire: main
;;! limit: tableElementsMax 5
;;! refused: LimitExceeded tableElementsMax
(module
  (table 2 funcref)
  (elem (i32.const 0) func $main $main)
  (elem (i32.const 0) func $main $main)
  (elem funcref (ref.func $main) (ref.null func))
  (func $main (export "main")))
