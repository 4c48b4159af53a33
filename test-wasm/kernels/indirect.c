/*
 * Small functions called through a table, n times. More of them than an engine inlines; the next one follows after
 * 1,024 calls, for a processor that guesses wrong takes longer than the call, and then that is all there is to see.
 */
#include <stdint.h>

static uint32_t increment(uint32_t x) { return x + 0x9e3779b9u; }
static uint32_t invert(uint32_t x) { return ~x; }
static uint32_t shift_left(uint32_t x) { return x ^ (x << 7); }
static uint32_t shift_right(uint32_t x) { return x ^ (x >> 9); }
static uint32_t triple(uint32_t x) { return x * 3; }
static uint32_t rotate(uint32_t x) { return (x << 11) | (x >> 21); }
static uint32_t mix(uint32_t x) { return x * 2654435761u; }
static uint32_t swap(uint32_t x) { return ((x & 0x00ff00ffu) << 8) | ((x >> 8) & 0x00ff00ffu); }

typedef uint32_t (*Step)(uint32_t);
static const Step steps[8] = {increment, invert, shift_left, shift_right, triple, rotate, mix, swap};

__attribute__((export_name("run"))) uint32_t run(uint32_t n) {
  uint32_t x = 1;
  /* Unrolled, each of its calls would be of few functions. */
#pragma clang loop unroll(disable)
  for (uint32_t i = 0; i < n; i++) x = steps[(i >> 10) & 7](x) + i;
  return x;
}
