;;! proves: relaxed SIMD, whose results differ between machines, is refused unless it is allowed
;;! needs: relaxed-simd
;;! fire: main
;;! refused: Unsupported
;;! fire: main
;;! allow: relaxed-simd
;;! returned: i32 _
(module
  (func (export "main") (result i32)
    (i32x4.extract_lane 0
      (i32x4.relaxed_trunc_f32x4_s (v128.const f32x4 nan nan nan nan)))))
