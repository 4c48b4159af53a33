;;! proves: br_if that carries values out of nested loops pays for what ran, and leaves what it carries
;;! fuel: 1e8
;;! fire: find 0
;;! returned: i32 0, i32 0
;;! fuel-used: 9
;;! fire: find 17
;;! returned: i32 2, i32 3
;;! fuel-used: 312
;;! fire: find 99999
;;! returned: i32 14285, i32 4
;;! fuel-used: 1799987
;;! fire: find 17
;;! fuel: 312
;;! returned: i32 2, i32 3
;;! fire: find 17
;;! fuel: 311
;;! crashed: OutOfFuel
(module
  ;; Counts up in sevens: n is row times 7 plus column. Entry 1; n places of 17, a last one of 6.
  (func (export "find") (param $n i32) (result i32 i32)
    (local $row i32) (local $column i32) (local $at i32)
    block $found (result i32 i32)
      loop $rows (result i32 i32)
        i32.const 0 local.set $column                       ;; 2 a row
        loop $columns
          local.get $row local.get $column                  ;; 2 a place
          local.get $at local.get $n i32.eq                 ;; 3
          br_if $found                                      ;; 1
          drop drop                                         ;; 0
          local.get $at i32.const 1 i32.add local.set $at   ;; 4
          local.get $column i32.const 1 i32.add local.tee $column   ;; 4
          i32.const 7 i32.lt_u br_if $columns               ;; 3
        end
        local.get $row i32.const 1 i32.add local.set $row   ;; 4
        br $rows                                            ;; 1
      end
    end))
