/* Sorts n random numbers, at most 262,144, by quicksort with recursion and insertion sort where few are left. */
#include <stdint.h>

static int32_t numbers[1 << 18];

static void sort(int32_t *low, int32_t *high) {
  while (high - low > 12) {
    int32_t pivot = low[(high - low) >> 1];
    int32_t *i = low, *j = high;
    while (i <= j) {
      while (*i < pivot) i++;
      while (*j > pivot) j--;
      if (i > j) break;
      int32_t swapped = *i;
      *i++ = *j;
      *j-- = swapped;
    }
    sort(low, j);
    low = i;
  }
  for (int32_t *i = low + 1; i <= high; i++) {
    int32_t moved = *i;
    int32_t *j = i;
    for (; j > low && j[-1] > moved; j--) *j = j[-1];
    *j = moved;
  }
}

__attribute__((export_name("run"))) uint32_t run(int32_t n) {
  uint32_t state = 12345;
  for (int32_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    numbers[i] = (int32_t)(state ^ (state >> 15));
  }
  sort(numbers, numbers + n - 1);
  uint32_t sum = 0;
  for (int32_t i = 0; i < n; i++) sum = sum * 31 + (uint32_t)numbers[i];
  return sum;
}
