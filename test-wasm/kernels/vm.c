/*
 * A machine of sixteen instructions with a stack, run by a switch in a loop. Its program counts the primes below n
 * by trial division.
 */
#include <stdint.h>

enum { HALT, PUSH, LOAD, STORE, JUMP, JUMP_IF, ADD, SUB, MUL, REM, LESS, EQUAL, NOT, DUP, DROP, SWAP };

enum { CANDIDATE, DIVISOR, COUNT, LIMIT };

static const int32_t program[] = {
    /*  0 */ PUSH, 2, STORE, CANDIDATE, PUSH, 0, STORE, COUNT,
    /*  8 */ LOAD, CANDIDATE, LOAD, LIMIT, LESS, NOT, JUMP_IF, 62,
    /* 16 */ PUSH, 2, STORE, DIVISOR,
    /* 20 */ LOAD, CANDIDATE, LOAD, DIVISOR, DUP, MUL, LESS, JUMP_IF, 46,
    /* 29 */ LOAD, CANDIDATE, LOAD, DIVISOR, REM, NOT, JUMP_IF, 53,
    /* 37 */ LOAD, DIVISOR, PUSH, 1, ADD, STORE, DIVISOR, JUMP, 20,
    /* 46 */ LOAD, COUNT, PUSH, 1, ADD, STORE, COUNT,
    /* 53 */ LOAD, CANDIDATE, PUSH, 1, ADD, STORE, CANDIDATE, JUMP, 8,
    /* 62 */ LOAD, COUNT, HALT,
};

static int32_t variables[4];
static int32_t stack[64];

static int32_t interpret(const int32_t *code) {
  const int32_t *at = code;
  int32_t *top = stack;
  int32_t swapped;
  for (;;) switch (*at++) {
      case HALT: return top[-1];
      case PUSH: *top++ = *at++; break;
      case LOAD: *top++ = variables[*at++]; break;
      case STORE: variables[*at++] = *--top; break;
      case JUMP: at = code + *at; break;
      case JUMP_IF: at = *--top ? code + *at : at + 1; break;
      case ADD: top--, top[-1] += *top; break;
      case SUB: top--, top[-1] -= *top; break;
      case MUL: top--, top[-1] *= *top; break;
      case REM: top--, top[-1] %= *top; break;
      case LESS: top--, top[-1] = top[-1] < *top; break;
      case EQUAL: top--, top[-1] = top[-1] == *top; break;
      case NOT: top[-1] = !top[-1]; break;
      case DUP: *top = top[-1], top++; break;
      case DROP: top--; break;
      case SWAP: swapped = top[-1], top[-1] = top[-2], top[-2] = swapped; break;
      default: __builtin_trap();
    }
}

__attribute__((export_name("run"))) int32_t run(int32_t n) {
  variables[LIMIT] = n;
  return interpret(program);
}
