import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type Child, IGNORE } from "../../supervisors/otp/Child.ts"
import {
  ExitCrash,
  ExitKilled,
  ExitNormal,
  type ExitReason,
  ExitShutdown,
  ExitShutdownWith
} from "../../supervisors/otp/ExitReason.ts"

/**
 * The children of a scenario: each does what its script says and tells the trace, as the recorder's processes do.
 *
 * They are told apart by their ids alone, as there: an id whose process was killed still leads to that process,
 * which is dead, and one that ended in any other way leads nowhere.
 */
export class Trace {
  readonly lines: Array<string> = []
  readonly #fails = new Map<string, number>()
  readonly #ignores = new Map<string, number>()
  readonly #processes = new Map<string, ScriptedChild>()

  say(line: string): void {
    this.lines.push(line)
  }

  failStarts(id: string, times: number): void {
    this.#fails.set(id, times)
  }

  ignoreStarts(id: string, times: number): void {
    this.#ignores.set(id, times)
  }

  start(id: string, stubborn: boolean): Effect.Effect<ScriptedChild | typeof IGNORE, string> {
    return this.unlessFailing(
      id,
      Effect.sync(() => {
        const child = new ScriptedChild(id, stubborn, this)
        this.#processes.set(id, child)
        this.say(`start ${id}`)
        return child
      })
    )
  }

  /** A start that first fails as often as the scenario says, and then is to ignore it as often as it says. */
  unlessFailing<A, E, R>(
    id: string,
    start: Effect.Effect<A, E, R>
  ): Effect.Effect<A | typeof IGNORE, E | string, R> {
    return Effect.suspend((): Effect.Effect<A | typeof IGNORE, E | string, R> => {
      const fails = this.#fails.get(id) ?? 0
      const ignores = this.#ignores.get(id) ?? 0
      if (fails > 0) {
        this.#fails.set(id, fails - 1)
        this.say(`start_failed ${id}`)
        return Effect.fail("told_to_fail")
      }
      if (ignores === 0) return start
      this.#ignores.set(id, ignores - 1)
      this.say(`ignored ${id}`)
      return Effect.succeed(IGNORE)
    })
  }

  /** Has a child end by itself. */
  exit(id: string, reason: string, missing = "no_such_running"): void {
    const child = this.#processes.get(id)
    if (child === undefined) this.say(`${missing} ${id}`)
    else child.die(reason)
  }

  /** Has somebody else kill it. */
  kill(id: string): Effect.Effect<void> {
    return Effect.suspend(
      () => this.#processes.get(id)?.kill ?? Effect.sync(() => this.say(`not_running ${id}`))
    )
  }

  find(id: string): ScriptedChild | undefined {
    return this.#processes.get(id)
  }

  forget(id: string): void {
    this.#processes.delete(id)
  }
}

/** A process of a scenario. */
export class ScriptedChild implements Child {
  readonly id: string
  readonly #stubborn: boolean
  readonly #trace: Trace
  readonly #end = Deferred.makeUnsafe<ExitReason>()

  constructor(id: string, stubborn: boolean, trace: Trace) {
    this.id = id
    this.#stubborn = stubborn
    this.#trace = trace
  }

  get ended(): Effect.Effect<ExitReason> {
    return Deferred.await(this.#end)
  }

  get shutdown(): Effect.Effect<void> {
    return Effect.sync(() => {
      if (!this.#stubborn) this.#finish(`stop ${this.id} shutdown`, new ExitShutdown(), true)
    })
  }

  get kill(): Effect.Effect<void> {
    return Effect.sync(() => this.#finish(`killed ${this.id}`, new ExitKilled(), false))
  }

  die(word: string): void {
    // The recorder sees the word "killed" in the reason, whoever said it.
    const said = word === "killed" ? `exit ${this.id} ${word}\nkilled ${this.id}` : `exit ${this.id} ${word}`
    this.#finish(said, reasonOf(word), true)
  }

  #finish(line: string, reason: ExitReason, leaves: boolean): void {
    if (Deferred.isDoneUnsafe(this.#end)) return
    if (leaves) this.#trace.forget(this.id)
    this.#trace.say(line)
    Deferred.doneUnsafe(this.#end, Exit.succeed(reason))
  }
}

const reasonOf = (word: string): ExitReason =>
  word === "normal"
    ? new ExitNormal()
    : word === "shutdown"
      ? new ExitShutdown()
      : word === "shutdown_with"
        ? new ExitShutdownWith("told")
        : new ExitCrash(Cause.die(new Error(word)))
