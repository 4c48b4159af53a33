/* How many of n by n points do not escape within 100 steps: a short loop of doubles with two ways out. */
#include <stdint.h>

__attribute__((export_name("run"))) int32_t run(int32_t n) {
  int32_t inside = 0;
  for (int32_t row = 0; row < n; row++)
    for (int32_t column = 0; column < n; column++) {
      double cr = 3.0 * column / n - 2.0, ci = 2.0 * row / n - 1.0;
      double zr = 0, zi = 0;
      int32_t steps = 0;
      while (steps < 100 && zr * zr + zi * zi <= 4.0) {
        double next = zr * zr - zi * zi + cr;
        zi = 2.0 * zr * zi + ci;
        zr = next;
        steps++;
      }
      inside += steps == 100;
    }
  return inside;
}
