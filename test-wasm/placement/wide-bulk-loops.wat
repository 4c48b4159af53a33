;;! proves: bulk operations on several memories, one of them of 64 bits, pay their bytes in every round of a loop
;;! needs: memory64, multi-memory
;;! fuel: 1e8
;;! fire: main 1 0
;;! returned: i32 0
;;! fuel-used: 23
;;! fire: main 3 100
;;! returned: i32 9
;;! fuel-used: 963
;;! fire: main 2 65537
;;! returned: i32 9
;;! fuel-used: 393265
;;! fire: grow 4
;;! returned: i32 5
;;! fuel-used: 34
;;! fire: main 3 100
;;! fuel: 963
;;! returned: i32 9
;;! fire: main 3 100
;;! fuel: 962
;;! crashed: OutOfFuel
(module
  (memory $a i64 2)
  (memory $b i64 2)
  (memory $c 1)
  ;; Entry 1.
  (func (export "main") (param $n i32) (param $bytes i32) (result i32)
    loop $l
      i64.const 0 i32.const 9 local.get $bytes i64.extend_i32_u memory.fill $a               ;; 5 and the bytes
      i64.const 1 i64.const 0 local.get $bytes i64.extend_i32_u memory.copy $b $a            ;; 5 and the bytes
      i64.const 2 i64.const 1 local.get $bytes i64.extend_i32_u memory.copy $b $b            ;; 5 and the bytes
      local.get $n i32.const 1 i32.sub local.tee $n br_if $l                                 ;; 5
    end
    i64.const 2 i32.load8_u $b)                                                              ;; 2
  ;; Growth in a loop that has no call of the guest's: a page costs one. Entry 1.
  (func (export "grow") (param $n i32) (result i32)
    loop $l
      i32.const 1 memory.grow $c drop                                                        ;; 2 and the page
      local.get $n i32.const 1 i32.sub local.tee $n br_if $l                                 ;; 5
    end
    memory.size $c))                                                                         ;; 1
