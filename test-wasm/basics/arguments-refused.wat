;;! proves: arguments that do not fit the signature are refused before there is an instance
;;! fire: narrow 1
;;! refused: BadArguments
;;! fire: narrow 1 2 3
;;! refused: BadArguments
;;! fire: narrow 4294967296 0
;;! refused: BadArguments
;;! fire: narrow 1.5 0
;;! refused: BadArguments
;;! fire: narrow one 0
;;! refused: BadArguments
;;! fire: wide 18446744073709551616
;;! refused: BadArguments
;;! fire: wide 0x
;;! refused: BadArguments
;;! fire: missing
;;! refused: UnknownFunction missing
;;! fire: toString
;;! refused: UnknownFunction toString
;;! fire: memory
;;! refused: UnknownFunction memory
(module
  (memory (export "memory") 1)
  (func (export "narrow") (param i32 i32))
  (func (export "wide") (param i64)))
