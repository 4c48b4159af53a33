;;! proves: a name is any text: line breaks, NUL, JavaScript's own words and the meter's among them
;;! fire: "munition:fuel"
;;! returned: i32 1
;;! fire: "munition:refill"
;;! returned: i32 2
;;! fire: __proto__
;;! returned: i32 3
;;! fire: constructor
;;! returned: i32 4
;;! fire: "two\nlines"
;;! returned: i32 5
;;! fire: "nul\u0000inside"
;;! returned: i32 6
;;! fire: ""
;;! returned: i32 7
;;! fire: then
;;! returned: i32 8
;;! fire: "\u2028\u202e"
;;! returned: i32 9
;;! fire: hasOwnProperty
;;! refused: UnknownFunction hasOwnProperty
(module
  (func (export "munition:fuel") (result i32) (i32.const 1))
  (func (export "munition:refill") (result i32) (i32.const 2))
  (func (export "__proto__") (result i32) (i32.const 3))
  (func (export "constructor") (result i32) (i32.const 4))
  (func (export "two\0alines") (result i32) (i32.const 5))
  (func (export "nul\00inside") (result i32) (i32.const 6))
  (func (export "") (result i32) (i32.const 7))
  (func (export "then") (result i32) (i32.const 8))
  (func (export "\e2\80\a8\e2\80\ae") (result i32) (i32.const 9)))
