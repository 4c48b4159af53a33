import type { PriceTableName } from "../fuel/PriceTable.ts"
import type { Feature } from "../wasm/Opcodes.ts"

/**
 * The bounds of one firing beside fuel and time: what a module may be, and what its instance may hold.
 *
 * Every bound has a default and the reason for it. What is over one is refused before anything is allocated.
 */
export interface RunPolicy {
  /** Pages of 64 KiB that all linear memories may have together. */
  readonly memoryPagesMax: number
  /** Elements that all tables may have together, and all element segments together. */
  readonly tableElementsMax: number
  /** Bytes of GC objects that the guest may allocate in all, constant expressions included. */
  readonly objectBytesMax: number
  /** Slots (parameters, locals, operands, a fixed part a frame) that the calls in progress may need together. */
  readonly stackSlotsMax: number
  /** Slots of one function's frame, which V8 makes before the function can find that there is no room. */
  readonly frameSlotsMax: number
  /** Slots of a function's frame times its labels and branches: what V8 copies while it compiles the function. */
  readonly compileSlotsMax: number
  /** Blocks, loops and the like inside one another. */
  readonly nestingMax: number
  /** Bytes of the module. */
  readonly moduleBytesMax: number
  /** Functions, imported ones included. */
  readonly functionsMax: number
  /** Locals of one function, parameters included: a call zeroes them all at the price of one instruction. */
  readonly localsMax: number
  /** Parameters, or results, of one function type. */
  readonly arityMax: number
  /** Types, globals, exports, imports, tags or segments, each for itself; a memory is 100, a table 10. */
  readonly itemsMax: number
  /** Milliseconds for decoding, metering and compiling. */
  readonly compileMsMax: number
  /** Bytes of memory that a dump takes from a failed instance. */
  readonly captureBytesMax: number
  /** Units that a firing may have been charged and yet, when it fails, be run again for its exact fuel. */
  readonly exactFuelMax: number
  /** Bytes of a module that is compiled once more for that; 0 is never. */
  readonly exactModuleBytesMax: number
  /** Whether NaN bits are made the same everywhere; costs up to a third on numeric code. */
  readonly nan: "canonical" | "engine"
  /** What a unit of fuel is: an instruction, as Wasmtime counts, or about a quarter of an addition's time. */
  readonly prices: PriceTableName
  /** Features that make a run differ from the next one, allowed all the same. */
  readonly allow: ReadonlyArray<NondeterministicFeature>
}

/** Refused unless allowed; a run with one of them is marked as not deterministic. */
export const NONDETERMINISTIC_FEATURES = ["threads", "relaxed-simd"] as const satisfies ReadonlyArray<Feature>
export type NondeterministicFeature = (typeof NONDETERMINISTIC_FEATURES)[number]

/**
 * Two thirds of V8's stack of 984 kB, of which the last frame and what does not count come on top.
 *
 * Measured (test/bench/stackDepth.ts): the worst of 221 shapes of recursion ended V8's stack after 121,248 slots
 * on the main thread and after 114,120 on a stack of `WebAssembly.promising`, the same on Node 22, 24 and 26; a
 * worker's own stack is four times as large. This, the largest frame and the reserve are 82,944 together: 250 kB
 * are left to host functions, and to the frames that a caller has on its own thread already.
 */
const STACK_SLOTS_MAX = 65_536
const FRAME_SLOTS_MAX = 16_384

/** The bounds of a firing that asks for none, each with where it comes from. */
export const RUN_POLICY_DEFAULT: RunPolicy = {
  // 64 MiB: three in four of 43 published modules start with less.
  memoryPagesMax: 1_024,
  // Published modules have up to 60,000 functions in a table; filling 200,000 elements takes about 10 ms.
  tableElementsMax: 200_000,
  objectBytesMax: 2 ** 28,
  stackSlotsMax: STACK_SLOTS_MAX,
  frameSlotsMax: FRAME_SLOTS_MAX,
  // Measured: 12 ns and 13 bytes each, so 0.2 s and 220 MB; the most in 135 published modules is 10.9 million.
  compileSlotsMax: 2 ** 24,
  // The most in published modules is 3,289; a million took V8 five seconds.
  nestingMax: 50_000,
  moduleBytesMax: 2 ** 26,
  functionsMax: 200_000,
  // The most in 43 published modules is 1,535; 50,000 make an empty call 550 times slower.
  localsMax: 4_096,
  // The JavaScript API's own limit.
  arityMax: 1_000,
  itemsMax: 100_000,
  compileMsMax: 10_000,
  captureBytesMax: 2 ** 28,
  // All that the fuel level `heavy` buys. Measured: as long again as the firing took, 4 ms for loads and stores.
  exactFuelMax: 10_000_000,
  // An exact build is up to four times as large as the module; measured: 0.6 s for one of 3.6 MB.
  exactModuleBytesMax: 2 ** 22,
  nan: "engine",
  prices: "wasmtime",
  allow: []
}

/** The highest value of each bound: what V8 accepts, or what has a meaning. */
export const RUN_POLICY_MAX = {
  memoryPagesMax: 65_536,
  tableElementsMax: 10_000_000,
  objectBytesMax: Number.MAX_SAFE_INTEGER,
  stackSlotsMax: STACK_SLOTS_MAX,
  frameSlotsMax: FRAME_SLOTS_MAX,
  compileSlotsMax: 2 ** 27,
  nestingMax: 1_000_000,
  moduleBytesMax: 2 ** 30,
  functionsMax: 1_000_000,
  localsMax: FRAME_SLOTS_MAX,
  arityMax: 1_000,
  itemsMax: 1_000_000,
  compileMsMax: 2 ** 31 - 1,
  captureBytesMax: 2 ** 32,
  exactFuelMax: Number.MAX_SAFE_INTEGER,
  exactModuleBytesMax: 2 ** 30
} as const satisfies Partial<Record<keyof RunPolicy, number>>

/** The part of a policy that is in the compiled code: equal keys, same code. */
export const policyKey = (policy: RunPolicy): string =>
  [
    policy.memoryPagesMax,
    policy.tableElementsMax,
    policy.objectBytesMax,
    policy.stackSlotsMax,
    policy.frameSlotsMax,
    policy.compileSlotsMax,
    policy.nestingMax,
    policy.moduleBytesMax,
    policy.functionsMax,
    policy.localsMax,
    policy.arityMax,
    policy.itemsMax,
    policy.nan,
    policy.prices,
    [...policy.allow].sort().join("+")
  ].join(" ")
