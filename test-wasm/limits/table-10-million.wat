;;! proves: a table of ten million entries is refused before anything is allocated
;;! fire: main
;;! refused: LimitExceeded tableElementsMax
(module
  (table 10000000 funcref)
  (func (export "main")))
