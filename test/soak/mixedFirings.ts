import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import {
  AuditLog,
  type Crash,
  decodeDump,
  encodeDump,
  type FireOptions,
  Munition,
  Returned,
  readAuditLog,
  verifyAuditLog
} from "../../src/index.ts"
import { ChartPaths } from "../faults/ChartPaths.ts"
import { chartTables } from "../faults/ChartTable.ts"
import { localOf } from "../supervisors/munition.ts"
import { collectHere, collectThere } from "./collecting.ts"
import { DEADLY, GUEST, KINDS, type Kind } from "./guests.ts"
import { chanceOf, shuffled } from "./shuffled.ts"

/**
 * Firings over schedulers, many at a time, of which in each thousand a hundred crash, ten time out and one kills its
 * thread, with an audit log on the disk and each failure's dump encoded.
 *
 * *Returns* what came of it, and what is `wrong`: a firing that was not answered once, or not with what it must be
 * answered with; a failure without its dump; a log that does not hold, or tells of another number of lives.
 */
export const mixedFirings = (firings: number, seed: number) =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "munition-soak-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const tally = new Tally(firings)
    const began = performance.now()
    const { tenths, state } = yield* fireAll(tally, firings, seed).pipe(
      Effect.provide(
        Munition.layerAudited({ threadsMax: THREADS }).pipe(
          Layer.provideMerge(AuditLog.layer({ file: join(directory, "audit.log") })),
          Layer.merge(Logger.layer([]))
        )
      )
    )
    const seconds = (performance.now() - began) / 1_000
    const files = readdirSync(directory).flatMap((name) =>
      name.startsWith("audit") ? [join(directory, name)] : []
    )
    const holds = yield* verifyAuditLog(files)
    if (state.lost + holds.lost > 0) tally.wrong(`the audit lost ${state.lost} and ${holds.lost} events`)
    if (holds.end !== "closed") tally.wrong(`the log ends ${holds.end}`)
    const paths = new ChartPaths(yield* Effect.promise(chartTables))
    yield* Stream.runForEach(readAuditLog(files), (event) => Effect.sync(() => paths.add(event)))
    for (const one of [...paths.wrong, ...paths.unended]) tally.wrong(one)
    tally.expectLives(paths, tenths.length * THREADS)
    return {
      seed,
      firings,
      perSecond: Math.round(firings / seconds),
      tenths,
      ...tally.result,
      lines: holds.lines
    }
  }).pipe(Effect.scoped)

/** Two threads, so that one is there when the other dies. */
const THREADS = 2
/** So many are under way at a time, and so many at most go down with a thread. */
const AT_A_TIME = 32

const fireAll = (tally: Tally, firings: number, seed: number) =>
  Effect.gen(function* () {
    const chance = chanceOf(seed)
    const plan = Array.from({ length: Math.ceil(firings / THOUSAND.length) }, () =>
      shuffled(THOUSAND, chance)
    ).flat()
    const tenth = (number: number) =>
      Effect.gen(function* () {
        const [from, to] = [((number - 1) * firings) / 10, (number * firings) / 10].map(Math.floor)
        yield* Effect.forEach(plan.slice(from, to), (kind, i) => fireOne(tally, (from ?? 0) + i, kind), {
          concurrency: AT_A_TIME,
          discard: true
        })
        yield* collectThere(THREADS)
        const left = collectHere()
        process.stderr.write(`${number}/10: ${Math.round(left.rss / 2 ** 20)} MiB\n`)
        return { tenth: number, ...left }
      })
    const tenths = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], tenth)
    const log = yield* AuditLog
    yield* log.flush
    return { tenths, state: yield* log.state }
  })

const THOUSAND: ReadonlyArray<Kind> = [
  "kill",
  ...Array.from({ length: 10 }, () => "timeout" as const),
  ...Array.from({ length: 100 }, () => "crash" as const),
  ...Array.from({ length: 889 }, () => "answer" as const)
]

const fireOne = (tally: Tally, index: number, kind: Kind) =>
  Effect.gen(function* () {
    const { functionName, args, expected, options } = KINDS[kind](index)
    const asked: FireOptions = {
      ...options,
      ...(kind === "kill" ? { hostFunctions: [localOf("exit")], capabilities: ["host:f", "log"] } : {}),
      onCrash: (crash) => tally.keep(index, crash)
    }
    const fired = Munition.fire(kind === "kill" ? DEADLY : GUEST, functionName, args, asked)
    const outcome = yield* Effect.match(fired, {
      onSuccess: (returned) => returned,
      onFailure: (failed) => failed
    })
    const told =
      outcome instanceof Returned
        ? `returned ${outcome.values.join()}`
        : `${outcome._tag} ${outcome.reason._tag}`
    tally.answer(index, told, expected, outcome instanceof Returned ? undefined : outcome)
  })

/** What was answered, and what is wrong with it. */
class Tally {
  readonly #answers: Uint8Array
  readonly #dumps: Uint8Array
  readonly #told = new Map<string, number>()
  readonly #wrong: Array<string> = []
  #wrongs = 0
  #failed = 0
  #dumpBytes = 0
  #decoded = 0
  #kept: WeakSet<object> = new WeakSet()

  constructor(firings: number) {
    this.#answers = new Uint8Array(firings)
    this.#dumps = new Uint8Array(firings)
  }

  wrong(what: string): void {
    this.#wrongs++
    if (this.#wrong.length < WRONG_MAX) this.#wrong.push(what)
  }

  /** A dump, written out as a caller would; one in ten is read back. */
  keep(index: number, crash: Crash): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#dumps[index] = (this.#dumps[index] ?? 0) + 1
      this.#kept.add(crash)
      const bytes = encodeDump(crash.forensics)
      this.#dumpBytes += bytes.byteLength
      if (index % 10 !== 0) return Effect.void
      return Effect.match(decodeDump(bytes), {
        onFailure: (bad) => this.wrong(`firing ${index}: its dump cannot be read: ${bad.what}`),
        onSuccess: ({ reason }) => {
          this.#decoded++
          if (reason._tag !== crash.reason._tag) this.wrong(`firing ${index}: its dump says ${reason._tag}`)
        }
      })
    })
  }

  answer(index: number, told: string, expected: string, failed: object | undefined): void {
    this.#answers[index] = (this.#answers[index] ?? 0) + 1
    const kind = told.startsWith("returned") ? "returned" : told
    this.#told.set(kind, (this.#told.get(kind) ?? 0) + 1)
    // Whoever shares a thread with a guest that kills it can go down with it, and is told so.
    if (told !== expected && told !== "Crash EngineLost")
      this.wrong(`firing ${index}: expected ${expected}, got ${told}`)
    const dumps = this.#dumps[index]
    if (failed !== undefined) this.#failed++
    if (dumps !== (failed === undefined ? 0 : 1)) this.wrong(`firing ${index}: ${told} with ${dumps} dumps`)
    if (failed !== undefined && !this.#kept.has(failed))
      this.wrong(`firing ${index}: the dump is another crash's`)
  }

  /** The audit tells of as many lives as there were firings, and of a capture for each that failed. */
  expectLives({ ended, entered }: ChartPaths, others: number): void {
    const lives = ended.get("instance") ?? 0
    if (lives !== this.#answers.length + others) this.wrong(`the audit has ${lives} lives`)
    const captured = entered.get("instance captured") ?? 0
    if (captured !== this.#failed) this.wrong(`${this.#failed} failed, the audit has ${captured} captured`)
    this.#answers.forEach((answers, index) => {
      if (answers !== 1) this.wrong(`firing ${index} was answered ${answers} times`)
    })
  }

  get result() {
    return {
      answered: this.#answers.reduce((sum, answers) => sum + answers, 0),
      told: Object.fromEntries([...this.#told].sort()),
      failed: this.#failed,
      dumps: this.#dumps.reduce((sum, dumps) => sum + dumps, 0),
      dumpBytes: this.#dumpBytes,
      decoded: this.#decoded,
      wrongs: this.#wrongs,
      wrong: this.#wrong
    }
  }
}

const WRONG_MAX = 50
