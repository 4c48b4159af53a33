import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { Munition } from "../../src/index.ts"
import type { Outcome, Pool } from "../../supervisors/pool/Pool.ts"
import { collectHere, collectThere } from "./collecting.ts"
import { GUEST, KINDS } from "./guests.ts"

/**
 * Firings of two pools in one process, one on the caller's thread and one on threads, half of them each; of each
 * hundred one crashes, and its instance is never used again.
 *
 * *Returns* the memory after each tenth, collection forced, and what was `wrong`: a firing that was not answered once,
 * or not with what it must be answered with, a dump too many or too few, a pool that has given reuse up.
 */
export const pooledFirings = (firings: number) =>
  Effect.gen(function* () {
    const tally = new Tally(firings)
    const options = { timeout: "60s", onCrash: () => Effect.sync(() => void tally.dumps++) } as const
    const inline = yield* Munition.makePool(GUEST, { ...options, inline: true, name: "inline" })
    const threads = yield* Munition.makePool(GUEST, { ...options, name: "threads" })
    const began = performance.now()
    const tenth = (number: number) =>
      Effect.gen(function* () {
        const [from, to] = [((number - 1) * firings) / 10, (number * firings) / 10].map(Math.floor)
        for (let at = from ?? 0; at < (to ?? 0); at += ROUND)
          yield* fireRound(tally, inline, threads, at, to ?? 0)
        yield* collectThere(THREADS)
        const left = collectHere()
        process.stderr.write(`${number}/10: ${Math.round(left.rss / 2 ** 20)} MiB\n`)
        return { tenth: number, ...left }
      })
    const tenths = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], tenth)
    const perSecond = Math.round(firings / ((performance.now() - began) / 1_000))
    for (const pool of [inline, threads]) {
      const { freshness } = yield* pool.load
      if (freshness.way !== "restore") tally.wrong(`${pool.name}: ${freshness.why}`)
    }
    return { firings, perSecond, tenths, ...tally.result }
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.merge(Munition.layer({ threadsMax: THREADS }), Logger.layer([])))
  )

const THREADS = 2
/** Half of a round is fired one by one here, half in messages there. */
const ROUND = 1_000

const fireRound = (tally: Tally, inline: Pool, threads: Pool, from: number, to: number) =>
  Effect.gen(function* () {
    const calls = Array.from({ length: Math.min(ROUND, to - from) }, (_, i) => callOf(from + i))
    const here = calls.slice(0, calls.length / 2)
    const there = calls.slice(here.length)
    for (const { index, expected, functionName, args, fuel } of here)
      tally.answer(index, expected, yield* outcomeOf(inline.fire(functionName, args, { fuel })))
    const outcomes = yield* threads.fireAll(there)
    for (const [i, { index, expected }] of there.entries()) tally.answer(index, expected, outcomes[i])
  })

const callOf = (index: number) => {
  const kind = index % 100 === 37 ? "crash" : "answer"
  // Of crashes each kind in its turn.
  const { functionName, args, expected } = KINDS[kind](kind === "crash" ? Math.floor(index / 100) : index)
  return { index, functionName, args, expected, fuel: 2_000_000 }
}

const outcomeOf = <A extends Outcome, E extends Outcome>(
  fired: Effect.Effect<A, E>
): Effect.Effect<Outcome> => Effect.catch(fired, (ended) => Effect.succeed<Outcome>(ended))

class Tally {
  dumps = 0
  readonly #answers: Uint8Array
  readonly #wrong: Array<string> = []
  #wrongs = 0
  #failed = 0

  constructor(firings: number) {
    this.#answers = new Uint8Array(firings)
  }

  wrong(what: string): void {
    this.#wrongs++
    if (this.#wrong.length < WRONG_MAX) this.#wrong.push(what)
  }

  answer(index: number, expected: string, outcome: Outcome | undefined): void {
    this.#answers[index] = (this.#answers[index] ?? 0) + 1
    const told =
      outcome === undefined
        ? "nothing"
        : outcome._tag === "Returned"
          ? `returned ${outcome.values.join()}`
          : `${outcome._tag} ${outcome.reason._tag}`
    if (outcome?._tag === "Crash") this.#failed++
    if (told !== expected) this.wrong(`firing ${index}: expected ${expected}, got ${told}`)
  }

  get result() {
    for (const [index, answers] of this.#answers.entries())
      if (answers !== 1) this.wrong(`firing ${index} was answered ${answers} times`)
    if (this.dumps !== this.#failed) this.wrong(`${this.#failed} crashes, ${this.dumps} dumps`)
    return {
      answered: this.#answers.reduce((sum, answers) => sum + answers, 0),
      ...{ failed: this.#failed, dumps: this.dumps, wrongs: this.#wrongs, wrong: this.#wrong }
    }
  }
}

const WRONG_MAX = 50
