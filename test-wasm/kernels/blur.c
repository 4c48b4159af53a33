/* SIMD: an image of 256 by 256 bytes blurred n times, each pixel with its four neighbours, sixteen at a time. */
#include <stdint.h>
#include <wasm_simd128.h>

#define SIDE 256

static uint8_t images[2][SIDE + 2][SIDE + 32];

static void blur(uint8_t (*to)[SIDE + 32], uint8_t (*from)[SIDE + 32]) {
  for (int32_t y = 1; y <= SIDE; y++)
    for (int32_t x = 16; x < SIDE + 16; x += 16) {
      v128_t across = wasm_u8x16_avgr(wasm_v128_load(&from[y][x - 1]), wasm_v128_load(&from[y][x + 1]));
      v128_t down = wasm_u8x16_avgr(wasm_v128_load(&from[y - 1][x]), wasm_v128_load(&from[y + 1][x]));
      v128_t around = wasm_u8x16_avgr(across, down);
      wasm_v128_store(&to[y][x], wasm_u8x16_avgr(around, wasm_v128_load(&from[y][x])));
    }
}

__attribute__((export_name("run"))) uint32_t run(int32_t n) {
  for (int32_t y = 0; y < SIDE + 2; y++)
    for (int32_t x = 0; x < SIDE + 32; x++)
      images[0][y][x] = images[1][y][x] = (uint8_t)((x * x + y * 7) ^ (x * y >> 3));
  for (int32_t round = 0; round < n; round++) blur(images[(round + 1) & 1], images[round & 1]);
  uint32_t sum = 0;
  for (int32_t y = 1; y <= SIDE; y++)
    for (int32_t x = 16; x < SIDE + 16; x++) sum = sum * 31 + images[n & 1][y][x];
  return sum;
}
