;;! proves: a loop of instructions that cost nothing still costs
;;! fire: nops
;;! fuel: 1e6
;;! crashed: OutOfFuel
;;! fire: blocks
;;! fuel: 1e6
;;! crashed: OutOfFuel
(module
  (func (export "nops") (loop $again (nop) (nop) (nop) (br $again)))
  (func (export "blocks") (loop $again (block (block (br 0)) (br 0)) (br $again))))
