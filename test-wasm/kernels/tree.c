/* A binary search tree that is not balanced: n insertions of random keys, n look-ups, and a walk by recursion. */
#include <stdint.h>

#define NODES (1 << 17)

typedef struct Node {
  struct Node *left, *right;
  uint32_t key, count;
} Node;

static Node nodes[NODES];
static uint32_t used;

static uint32_t random32(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static void insert(Node **place, uint32_t key) {
  while (*place && (*place)->key != key) place = key < (*place)->key ? &(*place)->left : &(*place)->right;
  if (!*place) {
    nodes[used] = (Node){0, 0, key, 0};
    *place = &nodes[used++];
  }
  (*place)->count++;
}

static uint32_t find(const Node *node, uint32_t key) {
  while (node && node->key != key) node = key < node->key ? node->left : node->right;
  return node ? node->count : 0;
}

static uint32_t walk(const Node *node, uint32_t depth) {
  return node ? walk(node->left, depth + 1) + node->count * depth + walk(node->right, depth + 1) : 0;
}

__attribute__((export_name("run"))) uint32_t run(int32_t n) {
  Node *root = 0;
  uint32_t state = 1, found = 0;
  used = 0;
  for (int32_t i = 0; i < n && used < NODES; i++) insert(&root, random32(&state) & 0xffff);
  for (int32_t i = 0; i < n; i++) found += find(root, random32(&state) & 0x1ffff);
  return found * 31 + walk(root, 1);
}
