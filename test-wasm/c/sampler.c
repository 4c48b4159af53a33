//! proves: C leaves division to the machine, and the machine's traps say what was wrong
//! fire: divide 1 0
//! crashed: Trapped integer divide by zero
//! fire: divide -2147483648 -1
//! crashed: Trapped integer overflow

#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(#name)))

/* All that outlives a call; the linker is told to put it at 1024. */
static struct {
  volatile int32_t counter;
  uint8_t buffer[4096];
} state;

EXPORT(add) int32_t add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

EXPORT(multiply) int32_t multiply(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b); }

EXPORT(divide) int32_t divide(int32_t a, int32_t b) { return a / b; }

EXPORT(factorial) int64_t factorial(int64_t n) {
  uint64_t product = 1;
  for (int64_t i = 2; i <= n; i++) product *= (uint64_t)i;
  return (int64_t)product;
}

static uint32_t xorshift(uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  return x ^ (x << 5);
}

/* Work that no compiler can shorten: n steps of a generator. */
EXPORT(spin) uint32_t spin(int32_t n) {
  uint32_t x = 2463534242u;
  for (int32_t i = 0; i < n; i++) x = xorshift(x);
  return x;
}

EXPORT(infinite_loop) void infinite_loop(void) {
  for (;;) {
  }
}

EXPORT(nested_loops) int32_t nested_loops(int32_t n) {
  uint32_t x = 1;
  for (int32_t i = 0; i < n; i++)
    for (int32_t j = 0; j < n; j++) x = x * 31 + (uint32_t)(i ^ j);
  return (int32_t)x;
}

/* Fills the first n bytes, at most 4,096, then sums them. */
EXPORT(write_and_scan) int32_t write_and_scan(int32_t n) {
  volatile uint8_t *buffer = state.buffer;
  int32_t sum = 0;
  if (n > 4096) n = 4096;
  for (int32_t i = 0; i < n; i++) buffer[i] = (uint8_t)(i * 7);
  for (int32_t i = 0; i < n; i++) sum += buffer[i];
  return sum;
}

EXPORT(out_of_bounds) int32_t out_of_bounds(void) { return *(volatile int32_t *)0xfffffff0u; }

EXPORT(unreachable) void unreachable(void) { __builtin_trap(); }

EXPORT(counter_address) volatile int32_t *counter_address(void) { return &state.counter; }

/* Counts up by one, in memory. */
EXPORT(increment) int32_t increment(void) {
  state.counter = state.counter + 1;
  return state.counter;
}

EXPORT(increment_by) int32_t increment_by(int32_t n) {
  int32_t count = 0;
  for (int32_t i = 0; i < n; i++) count = increment();
  return count;
}

EXPORT(crash_after) void crash_after(int32_t n) {
  increment_by(n);
  __builtin_trap();
}

EXPORT(fib) int32_t fib(int32_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

/* How many primes there are below n. */
EXPORT(count_primes) int32_t count_primes(int32_t n) {
  int32_t count = 0;
  for (int32_t p = 2; p < n; p++) {
    int32_t d = 2;
    while (d * d <= p && p % d != 0) d++;
    if (d * d > p) count++;
  }
  return count;
}
