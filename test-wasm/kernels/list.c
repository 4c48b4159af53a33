/* Walks a linked list of 16,384 nodes that lie in memory in no order, n times, summing what they hold. */
#include <stdint.h>

#define NODES (1 << 14)

typedef struct Node {
  struct Node *next;
  uint32_t value;
} Node;

static Node nodes[NODES];

__attribute__((export_name("run"))) uint32_t run(int32_t n) {
  /* An odd stride visits every node before it comes back to the first. */
  uint32_t at = 0;
  for (uint32_t i = 0; i < NODES; i++) {
    uint32_t next = (at + 4099) & (NODES - 1);
    nodes[at].value = i;
    nodes[at].next = i == NODES - 1 ? 0 : &nodes[next];
    at = next;
  }
  uint32_t sum = 0;
  for (int32_t round = 0; round < n; round++)
    for (const Node *node = nodes; node; node = node->next) sum = sum * 3 + node->value;
  return sum;
}
