/* SIMD: the product of two vectors of 4,096 floats, four lanes at a time, n times over. */
#include <stdint.h>
#include <wasm_simd128.h>

#define LENGTH 4096

static float a[LENGTH], b[LENGTH];

__attribute__((export_name("run"))) double run(int32_t n) {
  for (int32_t i = 0; i < LENGTH; i++) {
    a[i] = (float)(i % 17) * 0.25f;
    b[i] = (float)(i % 13) * 0.5f;
  }
  double total = 0;
  for (int32_t round = 0; round < n; round++) {
    v128_t sum = wasm_f32x4_splat(0);
    for (int32_t i = 0; i < LENGTH; i += 4)
      sum = wasm_f32x4_add(sum, wasm_f32x4_mul(wasm_v128_load(&a[i]), wasm_v128_load(&b[i])));
    total += wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) +
             wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3);
    a[round & (LENGTH - 1)] += 0.25f;
  }
  return total;
}
