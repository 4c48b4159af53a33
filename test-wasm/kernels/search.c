/* Finds words of 5 to 20 letters in 256 KiB of text over four letters, by Horspool's shifts; n words in turn. */
#include <stdint.h>

#define LENGTH (1 << 18)

static uint8_t text[LENGTH];

static int32_t find(const uint8_t *word, int32_t length) {
  int32_t shift[256];
  for (int32_t i = 0; i < 256; i++) shift[i] = length;
  for (int32_t i = 0; i < length - 1; i++) shift[word[i]] = length - 1 - i;
  int32_t last = length - 1;
  for (int32_t at = 0; at <= LENGTH - length; at += shift[text[at + last]]) {
    int32_t i = last;
    while (i >= 0 && text[at + i] == word[i]) i--;
    if (i < 0) return at;
  }
  return -1;
}

__attribute__((export_name("run"))) uint32_t run(int32_t n) {
  uint32_t state = 2024;
  for (int32_t i = 0; i < LENGTH; i++) {
    state = state * 1664525u + 1013904223u;
    text[i] = (uint8_t)('a' + (state >> 30));
  }
  uint32_t sum = 0;
  for (int32_t i = 0; i < n; i++) {
    uint8_t word[20];
    int32_t length = 5 + i % 16;
    for (int32_t j = 0; j < length; j++) {
      state = state * 1664525u + 1013904223u;
      word[j] = (uint8_t)('a' + (state >> 30));
    }
    sum = sum * 31 + (uint32_t)find(word, length);
  }
  return sum;
}
