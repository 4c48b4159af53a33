import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../tidy/sources.ts"

/**
 * The built-in suite: small programs in C and Rust, each with the argument it is timed with and the answer it must
 * give. All export `run`, which takes how much to do and puts everything it writes to in order first, so that
 * each call does the same.
 *
 * Arguments are such that a call takes 10 to 30 ms on plain V8; the brief ones are for tests. The answers are those
 * of the same sources built for the machine (of `dot` and `blur`, V8's). A kernel is of the class `calls` where
 * little happens between one call and the next.
 */
export interface Kernel {
  readonly name: string
  readonly kind: Kind
  /** What it exercises. */
  readonly about: string
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly timed: Work
  readonly brief: Work
}

export type Kind = "calls" | "other"

export interface Work {
  readonly argument: number
  readonly answer: number | bigint
}

export const kernels = (): ReadonlyArray<Kernel> =>
  ROWS.map(([name, kind, about, argument, answer, briefArgument, briefAnswer]) => ({
    name,
    kind,
    about,
    wasm: new Uint8Array(readFileSync(join(root, "test-wasm/kernels", `${name}.wasm`))),
    timed: { argument, answer },
    brief: { argument: briefArgument, answer: briefAnswer }
  }))

type Row = readonly [string, Kind, string, number, number | bigint, number, number | bigint]

/** Name, class, what it exercises, the timed argument and its answer, the brief argument and its answer. */
const ROWS: ReadonlyArray<Row> = [
  ["fib", "calls", "recursion of two calls and an addition", 35, 9_227_465, 15, 610],
  [
    "indirect",
    "calls",
    "a table of eight functions, more than are inlined",
    4_000_000,
    1_741_780_490,
    3_000,
    -906_118_843
  ],
  ["shapes", "calls", "four implementations of a trait", 7_000_000, 596_312_500, 1_000, 83_220],
  ["matrix", "other", "doubles, three nested loops", 240, 239.00000000000762, 12, 10.999999999999996],
  ["nbody", "other", "doubles, square roots", 200_000, 1.2134382270066641, 100, -0.9413945891410105],
  ["mandelbrot", "other", "doubles, a short loop with two exits", 400, 41_295, 16, 73],
  ["spectral", "other", "doubles, conversions and divisions", 512, 1.6236471040602682, 8, 1.6130176190135865],
  ["bigint", "other", "64-bit products and quotients", 6_000, 1_394_692_372, 60, 1_890_668_383],
  ["sieve", "other", "bytes, written in strides", 30, 690_000, 1, 23_000],
  ["sha256", "other", "32-bit logic, rounds of 64", 40_000, -509_728_821, 10, -1_254_481_922],
  ["crc32", "other", "bytes through a table", 100, 1_318_764_075, 1, -1_507_370_938],
  ["base64", "other", "bytes, and a match on ranges", 2_000, 1_085_656_648, 2, 2_153],
  ["compress", "other", "bytes, matched and copied", 80, -416_177_277, 1, 26_326],
  ["search", "other", "bytes, loops that end at once", 45, 1_120_358_952, 1, 3_826],
  ["list", "other", "pointers, each load waits for the last", 700, 257_654_784, 2, 1_025_392_640],
  ["tree", "other", "pointers, compared on the way", 80_000, 3_074_060, 500, 5_467],
  ["hash", "other", "probing, 64-bit multiplications", 350_000, 1_320_910_291, 500, 1_094_210_432],
  ["allocator", "other", "pointers, a long list walked", 30_000, 1_911_213_047, 2_500, -276_886_559],
  ["collatz", "other", "a branch that nobody can guess", 150_000, 142_587_375n, 200, 171_125n],
  ["quicksort", "other", "branches and recursion", 250_000, -1_137_568_471, 1_000, -1_731_525_636],
  [
    "sort",
    "other",
    "branches, unrolled by its authors",
    450_000,
    574_375_542_250_713_741n,
    1_000,
    -4_509_555_917_437_587_636n
  ],
  ["queens", "other", "recursion with work in it", 13, 73_712, 6, 4],
  ["vm", "other", "a switch in a loop", 45_000, 4_675, 100, 25],
  ["json", "other", "recursive descent, small functions", 250, -1_544_943_666, 1, -2_019_875_598],
  ["dot", "other", "SIMD, floats", 16_000, 489070438.125, 3, 73710.5],
  ["blur", "other", "SIMD, bytes", 4_000, 931_945_426, 2, 774_800_914],
  ["copies", "other", "memory.copy and memory.fill", 700_000, -341_572_486, 300, -375_800_421]
]
