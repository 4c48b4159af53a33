;;! proves: empty tables count too: a hundred thousand of them took a fifth of a second to make
;;! fire: main
;;! limit: itemsMax 30
;;! returned:
;;! fire: main
;;! limit: itemsMax 29
;;! refused: LimitExceeded itemsMax
(module
  (table 0 funcref)
  (table 0 funcref)
  (table 0 funcref)
  (func (export "main")))
