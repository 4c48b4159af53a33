import { body, exported, module, repeat, section, uleb } from "./assemble.ts"
import type { Guest } from "./readGuests.ts"
import { readHeader } from "./readHeader.ts"

/**
 * Guests whose size is the attack: made when a test runs, since nobody would read them as files.
 *
 * Each is a header in the language of `Header.ts` and the bytes that it is about.
 */
const bomb = (name: string, header: string, wasm: Guest["wasm"]): Guest => ({
  header: readHeader(`bombs/${name}`, header),
  wasm
})

const [I32, I64] = [0x7f, 0x7e]
const END = 0x0b
/** `() -> ()`, and one function of it, exported as `main`. */
const NULLARY = section(1, 1, [0x60, 0, 0])
const MAIN = [section(3, 1, [0]), section(7, 1, exported("main", 0))]

export const BOMBS: ReadonlyArray<Guest> = [
  bomb(
    "unwind",
    // Each of 4,000 frames has 600,000 instructions behind its call: unwinding runs 2.4 thousand million.
    `;;! proves: the unwinding of a deep stack is metered: long tails behind a recursive call end with the fuel
     ;;! fire: main 4000
     ;;! fuel: 1e7
     ;;! crashed: OutOfFuel
     ;;! fire: main 3
     ;;! fuel: 1e7
     ;;! returned:`,
    () =>
      module(
        section(1, 1, [0x60, 1, I32, 0]),
        ...MAIN,
        section(
          10,
          1,
          body(
            [],
            // if n == 0 return; main(n - 1)
            [0x20, 0, 0x45, 0x04, 0x40, 0x0f, END, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0],
            // n = n + 1, over and over
            repeat(150_000, [0x20, 0, 0x41, 1, 0x6a, 0x21, 0]),
            [END]
          )
        )
      )
  ),
  bomb(
    "locals-50000",
    // An empty call of it took 5.5 µs where one without locals took 10 ns.
    `;;! proves: fifty thousand locals are refused: zeroing them is work that no instruction pays for
     ;;! fire: main
     ;;! refused: LimitExceeded`,
    () => module(NULLARY, ...MAIN, section(10, 1, body([[50_000, I64]], [END])))
  ),
  bomb(
    "locals-4-billion",
    `;;! proves: a run of 2^32 - 1 locals, five bytes long, is refused and not counted out
     ;;! fire: main
     ;;! refused: LimitExceeded | Malformed`,
    () => module(NULLARY, ...MAIN, section(10, 1, body([[0xffff_ffff, I64]], [END])))
  ),
  bomb(
    "recursion-many-locals",
    `;;! proves: recursion through a frame of a thousand locals is out of stack and not out of V8's
     ;;! fire: main
     ;;! fuel: 1e7
     ;;! crashed: OutOfStack`,
    () => module(NULLARY, ...MAIN, section(10, 1, body([[1000, I64]], [0x10, 0, END])))
  ),
  bomb(
    "recursion-many-operands",
    `;;! proves: recursion with a thousand operands on the stack is out of stack and not out of V8's
     ;;! fire: main
     ;;! fuel: 1e7
     ;;! crashed: OutOfStack`,
    () => {
      const operands = [repeat(1000, [0x42, 1]), [0x10, 0], repeat(1000, [0x1a]), [END]]
      return module(NULLARY, ...MAIN, section(10, 1, body([], ...operands)))
    }
  ),
  bomb(
    "globals-1000000",
    `;;! proves: a million globals are refused before an instance is made
     ;;! fire: main
     ;;! refused: LimitExceeded`,
    () =>
      module(
        NULLARY,
        section(3, 1, [0]),
        section(6, 1_000_000, repeat(1_000_000, [I32, 0, 0x41, 0, END])),
        section(7, 1, exported("main", 0)),
        section(10, 1, body([], [END]))
      )
  ),
  bomb(
    "nesting-1000000",
    `;;! proves: a million blocks, each in the one before, are refused before anything recurses over them
     ;;! fire: main
     ;;! refused: LimitExceeded nestingMax`,
    () => {
      const nested = [repeat(1_000_000, [0x02, 0x40]), repeat(1_000_000, [END]), [END]]
      return module(NULLARY, ...MAIN, section(10, 1, body([], ...nested)))
    }
  ),
  bomb(
    "blocks-over-locals",
    // V8 took 10 s to compile it, at its first call; with five times the blocks, all the memory there was.
    `;;! proves: many labels over many locals, which V8 copies for each of them, are refused before V8 sees them
     ;;! fire: main
     ;;! refused: LimitExceeded compileSlotsMax`,
    () =>
      module(
        NULLARY,
        ...MAIN,
        section(
          10,
          1,
          // block (br_if 0 (i32.const 0)) end, over and over
          body([[4096, I64]], repeat(100_000, [0x02, 0x40, 0x41, 0, 0x0d, 0, END]), [END])
        )
      )
  ),
  bomb(
    "br-table-65520",
    `;;! proves: a loop through a br_table of 65,520 targets, the most that V8 takes, ends with its fuel
     ;;! fire: main
     ;;! fuel: 1e6
     ;;! crashed: OutOfFuel`,
    () => {
      // loop (br_table 0 … 0 (i32.const 65519))
      const table = [[0x03, 0x40, 0x41, 0xef, 0xff, 0x03, 0x0e], uleb(65_519), repeat(65_520, [0])]
      return module(NULLARY, ...MAIN, section(10, 1, body([], ...table, [END, END])))
    }
  ),
  bomb(
    "straight-line-2000000",
    `;;! proves: a body of two million instructions in one straight run is charged in full
     ;;! fire: main
     ;;! fuel: 1e5
     ;;! crashed: OutOfFuel
     ;;! fire: main
     ;;! fuel: 1e7
     ;;! returned:
     ;;! fuel-used: 2000001`,
    () => module(NULLARY, ...MAIN, section(10, 1, body([], repeat(2_000_000, [0x41, 0, 0x1a]), [END])))
  )
]
