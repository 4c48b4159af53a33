//! proves: AssemblyScript leaves division to the machine, and the machine's traps say what was wrong
//! fire: divide 1 0
//! crashed: Trapped integer divide by zero
//! fire: divide -2147483648 -1
//! crashed: Trapped integer overflow

// All that outlives a call stands at these addresses.
const COUNTER: usize = 1024
const BUFFER: usize = 2048

export function add(a: i32, b: i32): i32 {
  return a + b
}

export function multiply(a: i32, b: i32): i32 {
  return a * b
}

export function divide(a: i32, b: i32): i32 {
  return a / b
}

export function factorial(n: i64): i64 {
  let product: i64 = 1
  for (let i: i64 = 2; i <= n; i++) product *= i
  return product
}

function xorshift(x: u32): u32 {
  x ^= x << 13
  x ^= x >> 17
  return x ^ (x << 5)
}

/** Work that no compiler can shorten: n steps of a generator. */
export function spin(n: i32): u32 {
  let x: u32 = 2463534242
  for (let i = 0; i < n; i++) x = xorshift(x)
  return x
}

export function infinite_loop(): void {
  while (true) {}
}

export function nested_loops(n: i32): i32 {
  let x: i32 = 1
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) x = x * 31 + (i ^ j)
  }
  return x
}

/** Fills the first n bytes, at most 4,096, then sums them. */
export function write_and_scan(n: i32): i32 {
  let sum = 0
  n = min(n, 4096)
  for (let i = 0; i < n; i++) store<u8>(BUFFER + i, i * 7)
  for (let i = 0; i < n; i++) sum += load<u8>(BUFFER + i)
  return sum
}

export function out_of_bounds(): i32 {
  return load<i32>(0xfffffff0)
}

function trap(): void {
  unreachable()
}

export { trap as unreachable }

export function counter_address(): usize {
  return COUNTER
}

/** Counts up by one, in memory. */
export function increment(): i32 {
  store<i32>(COUNTER, load<i32>(COUNTER) + 1)
  return load<i32>(COUNTER)
}

export function increment_by(n: i32): i32 {
  let count = 0
  for (let i = 0; i < n; i++) count = increment()
  return count
}

export function crash_after(n: i32): void {
  increment_by(n)
  unreachable()
}

export function fib(n: i32): i32 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2)
}

/** How many primes there are below n. */
export function count_primes(n: i32): i32 {
  let count = 0
  for (let p = 2; p < n; p++) {
    let d = 2
    while (d * d <= p && p % d !== 0) d++
    if (d * d > p) count++
  }
  return count
}
