import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { FullSpec } from "./ChildSpec.ts"
import { type ChildState, isForgotten, type SupervisorState } from "./decide.ts"
import type { ExitReason } from "./ExitReason.ts"
import { type Started, SupervisedChild, type Supervising } from "./SupervisedChild.ts"

/**
 * All children of one supervisor, in start order.
 *
 * Every method does one thing that a supervisor can do to its children, one child after the other; `stateFor` tells
 * `decide.ts` where they are. Nothing here decides who is restarted.
 */
export class SupervisedChildren {
  readonly byKey = new Map<string, SupervisedChild>()
  /** The seconds at which there were restarts, the latest first. */
  restarts: ReadonlyArray<number> = []
  readonly #rules: Rules
  readonly #of: Supervising

  constructor(rules: Rules, of: Supervising) {
    this.#rules = rules
    this.#of = of
  }

  /** What is to be known to decide about a child: of 10,000 that are restarted each alone, no more than two. */
  stateFor(key: string): SupervisorState {
    const children =
      this.#isDynamic || this.#rules.strategy === "one_for_one"
        ? this.#oneAndAnother(key)
        : [...this.byKey.values()]
    return { ...this.#rules, restarts: this.restarts, children: children.map(childState) }
  }

  /** Starts a child that is not there yet; one that fails to start leaves nothing behind. */
  add(key: string, spec: FullSpec): Effect.Effect<Started> {
    return Effect.gen({ self: this }, function* () {
      const child = new SupervisedChild(key, spec, this.#of)
      this.byKey.set(key, child)
      const started = yield* child.start()
      if (started._tag === "Failed") yield* this.delete(key)
      if (started._tag === "Ignored") yield* this.settle(child)
      return started
    })
  }

  /** Starts a child that is there and does not run. One that fails to start is where it was. */
  restart(child: SupervisedChild): Effect.Effect<Started> {
    return Effect.gen({ self: this }, function* () {
      const started = yield* child.start()
      if (started._tag !== "Started") yield* this.settle(child)
      return started
    })
  }

  /** Stops a child: its spec stays or goes as its restart type says. */
  terminate(child: SupervisedChild): Effect.Effect<void> {
    return Effect.andThen(this.#stop(child), this.settle(child))
  }

  /** Forgets a child that does not run. */
  delete(key: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const child = this.byKey.get(key)
      this.byKey.delete(key)
      return child === undefined ? Effect.void : child.step("DELETE")
    })
  }

  /** After an end that brings no restart: the spec stays, or the child is forgotten. */
  settle(child: SupervisedChild): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (isForgotten(this.#rules.strategy, child.spec.restart)) return this.delete(child.key)
      return child.place === "stopped" ? Effect.void : child.step("KEEP")
    })
  }

  /**
   * Stops the ones, then starts the others. *Returns* who failed to start, after whom nobody was started; `undefined`
   * when all run, or when `broken` said that there is no need any more.
   */
  replace(
    { stop, start }: { readonly stop: ReadonlyArray<string>; readonly start: ReadonlyArray<string> },
    broken: () => boolean
  ): Effect.Effect<string | undefined> {
    return Effect.gen({ self: this }, function* () {
      // One that is alone goes from its end straight to its start: it is not kept in between.
      if (stop.length > 1)
        for (const key of stop) {
          const child = this.byKey.get(key)
          if (child !== undefined) yield* this.terminate(child)
        }
      for (const key of start) {
        const child = this.byKey.get(key)
        if (child === undefined) continue
        if (broken()) return undefined
        const started = yield* child.start()
        if (started._tag === "Started") this.#restarted(child)
        else if (started._tag === "Ignored") yield* this.settle(child)
        else if (!broken()) {
          yield* report(this.#of.name, `child ${key} failed to start`, started.cause)
          yield* child.step("TRY_AGAIN")
          return key
        }
      }
      return undefined
    })
  }

  /** Stops and forgets all: the last one first, dynamic ones all at once. */
  get terminateAll(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.forEach(
        [...this.byKey.values()].toReversed(),
        (child) => Effect.andThen(this.#stop(child), this.delete(child.key)),
        { concurrency: this.#isDynamic ? "unbounded" : 1, discard: true }
      )
    )
  }

  /** Kills all without waiting, all at once: that the audit waits, or dies, for one is nothing to the others. */
  get abandonAll(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.forEach([...this.byKey.values()], (child) => Effect.exit(child.abandon()), {
        concurrency: "unbounded",
        discard: true
      })
    )
  }

  get #isDynamic(): boolean {
    return this.#rules.strategy === "simple_one_for_one"
  }

  /** A child, and where that matters another one that is significant and not stopped. */
  #oneAndAnother(key: string): ReadonlyArray<SupervisedChild> {
    const child = this.byKey.get(key)
    if (child === undefined) return []
    if (!child.spec.significant || this.#rules.autoShutdown !== "all_significant") return [child]
    for (const other of this.byKey.values())
      if (other !== child && other.spec.significant && childState(other).status !== "stopped")
        return [child, other]
    return [child]
  }

  #restarted(child: SupervisedChild): void {
    if (!this.#isDynamic) return
    // Without an id it is its own successor, and so the youngest.
    this.byKey.delete(child.key)
    this.byKey.set(child.key, child)
  }

  #stop(child: SupervisedChild): Effect.Effect<void> {
    return Effect.flatMap(child.stop(), (reason: ExitReason | undefined) =>
      reason?._tag === "Crash"
        ? report(this.#of.name, `child ${child.key} crashed while it was shut down`, reason.cause)
        : Effect.void
    )
  }
}

/** The flags that decisions need. */
export type Rules = Omit<SupervisorState, "children" | "restarts">

/** An error report to Effect's logger, where OTP has its own. */
export const report = (name: string, what: string, cause?: Cause.Cause<unknown>): Effect.Effect<void> =>
  cause === undefined
    ? Effect.logError(`supervisor ${name}: ${what}`)
    : Effect.logError(`supervisor ${name}: ${what}`, cause)

const childState = ({ key, spec: { restart, significant }, place }: SupervisedChild): ChildState => {
  const status = place === "running" || place === "restarting" ? place : "stopped"
  return { key, restart, significant, status }
}
