/*
 * An allocator with one list of what is free, in the order of addresses: first fit, split, and merged again when
 * freed. n times one of 1,024 places is emptied and filled anew.
 */
#include <stdint.h>

#define PLACES 1024

typedef struct Block {
  uint32_t size; /* this header included, a multiple of 8 */
  struct Block *next;
} Block;

static _Alignas(8) uint8_t heap[1 << 20];
static Block *free_list;
static uint8_t *places[PLACES];

static void *allocate(uint32_t size) {
  uint32_t wanted = (size + sizeof(Block) + 7) & ~7u;
  for (Block **place = &free_list; *place; place = &(*place)->next) {
    Block *block = *place;
    if (block->size < wanted) continue;
    if (block->size - wanted < 16) {
      *place = block->next;
    } else {
      Block *rest = (Block *)((uint8_t *)block + wanted);
      rest->size = block->size - wanted;
      rest->next = block->next;
      block->size = wanted;
      *place = rest;
    }
    return block + 1;
  }
  return 0;
}

static void release(void *bytes) {
  Block *block = (Block *)bytes - 1;
  Block *before = 0, *after = free_list;
  while (after && after < block) before = after, after = after->next;
  block->next = after;
  if (after && (uint8_t *)block + block->size == (uint8_t *)after) {
    block->size += after->size;
    block->next = after->next;
  }
  if (!before) {
    free_list = block;
  } else if ((uint8_t *)before + before->size == (uint8_t *)block) {
    before->size += block->size;
    before->next = block->next;
  } else {
    before->next = block;
  }
}

__attribute__((export_name("run"))) uint32_t run(int32_t n) {
  uint32_t state = 99, sum = 0;
  free_list = (Block *)heap;
  free_list->size = sizeof heap;
  free_list->next = 0;
  for (int32_t i = 0; i < PLACES; i++) places[i] = 0;
  for (int32_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    uint8_t **place = &places[(state >> 8) & (PLACES - 1)];
    if (*place) {
      sum = sum * 31 + **place;
      release(*place);
    }
    *place = allocate(8 + ((state >> 20) & 511));
    if (*place)
      **place = (uint8_t)i;
    else
      sum++;
  }
  return sum;
}
