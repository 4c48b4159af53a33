import * as Effect from "effect/Effect"
import { logToEffect } from "../../src/host/logToEffect.ts"
import type { PoolCaller } from "../../src/runtime/GuestWorker.ts"
import type { PooledEnd, PooledPart, PooledReport } from "../../src/runtime/PooledCall.ts"
import { WorkerLost } from "../../src/runtime/WorkerLost.ts"
import type { Priority } from "../../src/runtime/worker/RunQueue.ts"
import type { Letter } from "../Letter.ts"
import type { ThreadsPool } from "../Schedulers.ts"
import { outcomeOf } from "./outcomeOf.ts"
import type { Outcome } from "./Pool.ts"
import type { PoolModule } from "./PoolModule.ts"

/**
 * Fires some calls in one message, and again what a thread that was lost had not begun.
 *
 * ```
 *   calls ─▶ thread ─┬─ parts of the reports, as they come ─┐
 *                    ├─ the last part ──────────────────────┴─▶ outcomes
 *                    ├─ no instance is used twice any more ─▶ the rest on new ones
 *                    └─ lost: what had begun is EngineLost, the rest goes to another thread
 * ```
 */
export const fireBatch = (
  module: PoolModule,
  threads: ThreadsPool,
  letters: ReadonlyArray<Letter>,
  priority: Priority,
  times = 1
): Effect.Effect<ReadonlyArray<Outcome>> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      const reports: Array<PooledReport> = []
      const take = (part: PooledPart) => void reports.push(...part.reports)
      const concludeAll = (lost: ReadonlyArray<WorkerLost> = []) =>
        Effect.forEach([...reports, ...lost], (report, i) => {
          const letter = letters[i]
          return letter === undefined
            ? Effect.die(new Error(`${reports.length} reports for ${letters.length} calls`))
            : outcomeOf(module.conclude(report, letter))
        })
      const caller: PoolCaller = {
        onPart: take,
        onLog: (record) => logToEffect(record, { pool: module.plan.name }),
        onCancelled: (end) => {
          if (end instanceof WorkerLost) return Effect.asVoid(concludeAll(end.repeatable ? [] : [end]))
          if (end.kind === "pooled") take(end)
          return Effect.asVoid(concludeAll())
        }
      }
      const rest = (
        from: number,
        fire: (rest: ReadonlyArray<Letter>) => Effect.Effect<ReadonlyArray<Outcome>>
      ) => (from < letters.length ? fire(letters.slice(from)) : Effect.succeed([]))
      const plain = (left: ReadonlyArray<Letter>) =>
        Effect.forEach(left, (letter) => outcomeOf(module.house.fireNew(module.jobOf(letter))))
      return restore(threads.fire(letters, priority, caller)).pipe(
        Effect.flatMap((end: PooledEnd) => {
          take(end)
          const done = Effect.andThen(module.giveUp(end.unfit), concludeAll())
          return joined(done, restore(Effect.suspend(() => rest(reports.length, plain))))
        }),
        Effect.catchTag("PoolLost", ({ lost, begun }) => {
          // Those whose reports were on their way, and the one that ran.
          const gone = Math.max(0, begun - reports.length)
          const all = times >= TIMES_MAX ? letters.length - reports.length : gone
          const done = concludeAll(Array.from({ length: all }, () => lost))
          // Where some of them came to an end, or to theirs, the others are not on their way to nowhere.
          const tries = reports.length + gone > 0 ? 1 : times + 1
          const again = (left: ReadonlyArray<Letter>) => fireBatch(module, threads, left, priority, tries)
          return joined(done, restore(Effect.suspend(() => rest(reports.length + all, again))))
        })
      )
    })
  )

const joined = (
  first: Effect.Effect<ReadonlyArray<Outcome>>,
  second: Effect.Effect<ReadonlyArray<Outcome>>
): Effect.Effect<ReadonlyArray<Outcome>> =>
  Effect.flatMap(first, (done) =>
    Effect.map(second, (more) => (more.length === 0 ? done : [...done, ...more]))
  )

/** How often calls are given to another thread, when those that they were given to were lost. */
const TIMES_MAX = 5
