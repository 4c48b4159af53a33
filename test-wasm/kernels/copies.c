/* memory.copy and memory.fill: n of each, of 1 to 4,095 bytes (short ones most often), overlapping or not. */
#include <stdint.h>

#define SIZE (1 << 18)

static uint8_t bytes[SIZE];

__attribute__((export_name("run"))) uint32_t run(int32_t n) {
  uint32_t state = 7;
  for (uint32_t i = 0; i < SIZE; i++) bytes[i] = (uint8_t)(i * 167);
  for (int32_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    /* Sizes of each number of bits are as likely as of any other, up to twelve. */
    uint32_t size = 1 + ((state >> 8) & ((1u << (1 + (state >> 29) + ((state >> 27) & 3))) - 1));
    uint32_t from = (state * 31) >> 15, to = (state * 57) >> 15;
    __builtin_memmove(bytes + to, bytes + from, size);
    __builtin_memset(bytes + ((from ^ to) & 0x1ffff), (int)(state >> 24), size >> 1);
  }
  uint32_t sum = 0;
  for (uint32_t i = 0; i < SIZE; i += 16) sum = sum * 31 + bytes[i];
  return sum;
}
