/* In how many ways n queens stand on n by n squares and none sees another: recursion with work in it. */
#include <stdint.h>

static uint32_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint32_t count = 0;
  uint32_t open = all & ~(columns | left | right);
  while (open) {
    uint32_t square = open & -open;
    open ^= square;
    count += place(all, columns | square, (left | square) << 1, (right | square) >> 1);
  }
  return count;
}

__attribute__((export_name("run"))) uint32_t run(int32_t n) { return place((1u << n) - 1, 0, 0, 0); }
