/* The product of two n by n matrices of doubles, n at most 256, by three nested loops. Returns the trace. */
#include <stdint.h>

static double a[256 * 256], b[256 * 256], c[256 * 256];

__attribute__((export_name("run"))) double run(int32_t n) {
  for (int32_t i = 0; i < n; i++)
    for (int32_t j = 0; j < n; j++) {
      a[i * n + j] = (double)(i + j) / n;
      b[i * n + j] = (double)(i - j + 1) / n;
    }
  for (int32_t i = 0; i < n; i++)
    for (int32_t j = 0; j < n; j++) {
      double sum = 0;
      for (int32_t k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
  double trace = 0;
  for (int32_t i = 0; i < n; i++) trace += c[i * n + i];
  return trace;
}
