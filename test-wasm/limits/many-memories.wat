;;! proves: empty memories count too: each takes 8 GiB of the process's addresses, whatever its size
;;! needs: multi-memory
;;! fire: main
;;! limit: itemsMax 300
;;! returned:
;;! fire: main
;;! limit: itemsMax 299
;;! refused: LimitExceeded itemsMax
(module
  (memory 0)
  (memory 0)
  (memory 0)
  (func (export "main")))
