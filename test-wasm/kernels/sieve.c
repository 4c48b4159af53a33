/* How many primes there are below 262,144, n times over: one byte a number, crossed out in strides. */
#include <stdint.h>

#define LIMIT (1 << 18)

static uint8_t crossed[LIMIT];

static int32_t count_primes(void) {
  for (int32_t i = 0; i < LIMIT; i++) crossed[i] = 0;
  int32_t count = 0;
  for (int32_t p = 2; p < LIMIT; p++) {
    if (crossed[p]) continue;
    count++;
    if (p < 512)
      for (int32_t multiple = p * p; multiple < LIMIT; multiple += p) crossed[multiple] = 1;
  }
  return count;
}

__attribute__((export_name("run"))) int32_t run(int32_t n) {
  int32_t sum = 0;
  for (int32_t round = 0; round < n; round++) sum += count_primes();
  return sum;
}
