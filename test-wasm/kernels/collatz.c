/* The longest Collatz chain that begins below n: 64-bit integers and a branch that nobody can predict. */
#include <stdint.h>

__attribute__((export_name("run"))) int64_t run(int32_t n) {
  int64_t best = 0, longest = 0;
  for (int64_t begin = 1; begin < n; begin++) {
    int64_t length = 1;
    for (uint64_t x = (uint64_t)begin; x != 1; length++) {
      if (x & 1)
        x = 3 * x + 1;
      else
        x >>= 1;
    }
    if (length > longest) longest = length, best = begin;
  }
  return best * 1000 + longest;
}
