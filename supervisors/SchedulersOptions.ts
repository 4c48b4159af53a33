import { availableParallelism } from "node:os"
import { BadArguments } from "../src/outcome/RefusedReason.ts"
import { MEMORIES_DEFAULT_MAX } from "../src/runtime/MemoryLedger.ts"
import type { ChildOptions } from "../src/runtime/process/ChildOptions.ts"
import { HEAP_MB_DEFAULT, HEAP_MB_MAX, HEAP_MB_MIN, type StartedThread } from "../src/runtime/startThread.ts"
import { jspi } from "../src/runtime/worker/jspi.ts"
import { checkIntegers } from "./checkCall.ts"

/**
 * How many guests run at once, where, and how many may wait: what an operator decides for all of them.
 *
 * The defaults are for one daemon that has the machine; what a process can have at most is V8's.
 */
export interface SchedulersOptions extends ChildOptions {
  /**
   * Where schedulers are: in threads of this process (the default), or each in a process of its own, for guests that
   * may bring V8 down. Such a guest costs one child, and the firings that it was running; see `startChild.ts` for
   * what it costs, `ChildOptions.ts` for the hook of a sandbox.
   */
  readonly isolation?: Isolation | undefined
  /** Default: the cores of the machine, at most {@link THREADS_DEFAULT_MAX}. */
  readonly threadsMax?: number | undefined
  /** Guests that share a scheduler, where they can be suspended. Default {@link GUESTS_DEFAULT_MAX}. */
  readonly guestsMax?: number | undefined
  /** Firings that may wait for a scheduler. Default {@link WAITING_DEFAULT_MAX}. */
  readonly waitingMax?: number | undefined
  /** Guests that reside, of all schedulers. Default {@link RESIDENTS_DEFAULT_MAX}. */
  readonly residentsMax?: number | undefined
  /** Megabytes of a scheduler's JavaScript heap, guests' memories apart. Default {@link HEAP_MB_DEFAULT}. */
  readonly heapMbMax?: number | undefined
  /**
   * WebAssembly memories that this process may have, those included which the collector has not let go yet; of the
   * process, so that the layer which was built last decides. Default {@link MEMORIES_DEFAULT_MAX}.
   */
  readonly memoriesMax?: number | undefined
  /** Megabytes of them that may be committed, whether they have been touched or not. Default: no bound. */
  readonly memoryMbMax?: number | undefined
  /**
   * A thread that was started ahead, with `startThread`: the first firing gets it. Where guests are isolated in
   * processes none may, and it is ended.
   */
  readonly started?: StartedThread | undefined
}

export type Isolation = "thread" | "process"

/** A thread takes about 7 MB before it runs anything. */
export const THREADS_DEFAULT_MAX = 16
/** A suspended guest takes about 13 kB beside its memory; a process has room for some 16,000 memories. */
export const GUESTS_DEFAULT_MAX = 2_000
export const WAITING_DEFAULT_MAX = 100_000
/** V8 has room for some 16,000 memories in a process; these leave some to firings. */
export const RESIDENTS_DEFAULT_MAX = 12_000

/** 128 TiB, which is as many as pages can be counted. */
const MEMORY_MB_MAX = 2 ** 27 - 1

export interface SchedulersPlan {
  readonly threadsMax: number
  readonly guestsMax: number
  readonly waitingMax: number
  readonly residentsMax: number
  readonly heapMbMax: number
  readonly memoriesMax: number
  readonly memoryMbMax: number
}

/** *Returns* the numbers, with their defaults, or what is wrong with the first that is not one. */
export const planSchedulers = (options: SchedulersOptions): SchedulersPlan | BadArguments => {
  const { isolation } = options
  if (isolation !== undefined && isolation !== "thread" && isolation !== "process")
    return new BadArguments("isolation", "thread or process", String(isolation))
  const asked = {
    threadsMax: options.threadsMax ?? Math.min(availableParallelism(), THREADS_DEFAULT_MAX),
    guestsMax: options.guestsMax ?? GUESTS_DEFAULT_MAX,
    waitingMax: options.waitingMax ?? WAITING_DEFAULT_MAX,
    residentsMax: options.residentsMax ?? RESIDENTS_DEFAULT_MAX,
    heapMbMax: options.heapMbMax ?? HEAP_MB_DEFAULT,
    memoriesMax: options.memoriesMax ?? MEMORIES_DEFAULT_MAX,
    memoryMbMax: options.memoryMbMax ?? MEMORY_MB_MAX
  }
  const wrong = checkIntegers(RANGES.map(([name, least, most]) => [name, asked[name], least, most]))
  if (wrong !== undefined) return wrong
  return jspi === undefined ? { ...asked, guestsMax: 1 } : asked
}

const RANGES = [
  ["threadsMax", 1, 1_024],
  ["guestsMax", 1, 14_000],
  ["waitingMax", 0, 2 ** 31],
  ["residentsMax", 0, 14_000],
  ["heapMbMax", HEAP_MB_MIN, HEAP_MB_MAX],
  ["memoriesMax", 1, MEMORIES_DEFAULT_MAX],
  ["memoryMbMax", 1, MEMORY_MB_MAX]
] as const satisfies ReadonlyArray<readonly [keyof SchedulersPlan, number, number]>
