import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as EffectScope from "effect/Scope"
import type { Audit } from "../../src/audit/Audit.ts"
import type { ChildRules, ChildSpec } from "../../supervisors/otp/ChildSpec.ts"
import { Supervisor, type SupervisorService } from "../../supervisors/otp/Supervisor.ts"
import type { SupervisorFlags } from "../../supervisors/otp/SupervisorFlags.ts"
import { describeStartError, snake } from "./erlang.ts"
import { HANGS, Stage } from "./Stage.ts"
import { type ScriptedChild, Trace } from "./Trace.ts"

/**
 * Plays a scenario of the trace language on our supervisor, directive by directive, as the recorder does on OTP's.
 *
 * *Returns* the trace, a line an event.
 */
export const runScenario = (text: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.suspend(() => {
    const stage = new Stage()
    return Effect.provide(play(stage, directives(text)), stage.layer)
  })

/** The words of each line that has any. */
export const directives = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  text
    .split("\n")
    .map((line) => (line.split("#")[0] ?? "").split(/[ \t\r]+/).filter((word) => word !== ""))
    .filter((words) => words.length > 0)

/** The rules and the nature of a child, from the words after its id. */
export const readChild = ([restart = "", type = "", shutdown = "", ...rest]: ReadonlyArray<string>): {
  readonly rules: ChildRules
  readonly stubborn: boolean
} => ({
  // The casts: a scenario may say what no spec may be, and is then refused.
  rules: {
    restart: restart as "permanent",
    type: type as "worker",
    shutdown: (/^-?\d+$/.test(shutdown) ? Number(shutdown) : shutdown) as number,
    ...(rest.includes("significant") ? { significant: true } : {})
  },
  stubborn: rest.includes("stubborn")
})

interface Playing {
  readonly stage: Stage
  readonly trace: Trace
  flags: SupervisorFlags
  children: Array<ChildSpec<ScriptedChild>>
  supervisor: SupervisorService | undefined
}

const play = (stage: Stage, lines: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.gen(function* () {
    const playing: Playing = { stage, trace: new Trace(), flags: {}, children: [], supervisor: undefined }
    for (const words of lines) {
      if (yield* playOne(playing, words)) break
    }
    return playing.trace.lines
  })

/** *Returns* whether this was the last: the supervisor has ended. */
const playOne = (playing: Playing, words: ReadonlyArray<string>): Effect.Effect<boolean, never, Audit> =>
  Effect.gen(function* () {
    const { stage, trace } = playing
    const [directive, id = "", word = ""] = words
    if (playing.supervisor === undefined) {
      // The casts: as above.
      if (directive === "strategy") playing.flags = { ...playing.flags, strategy: id as "one_for_one" }
      if (directive === "auto_shutdown") playing.flags = { ...playing.flags, autoShutdown: id as "never" }
      if (directive === "intensity")
        playing.flags = { ...playing.flags, intensity: Number(id), periodSeconds: Number(word) }
      if (directive === "child") playing.children.push(specOf(trace, words))
      if (directive === "fail_starts") trace.failStarts(id, Number(word))
      return directive === "begin" && (yield* begin(playing))
    }
    const supervisor = playing.supervisor
    const call = <A, E extends { readonly _tag: string }>(name: string, effect: Effect.Effect<A, E>) =>
      Effect.gen(function* () {
        const onFailure = (error: { readonly _tag: string; readonly cause?: Cause.Cause<unknown> }) =>
          `error ${wordOf(name, error)}`
        const answer = yield* stage.perform(Effect.match(effect, { onSuccess: () => "ok", onFailure }))
        trace.say(`call ${name} ${id} ${answer}`)
        return yield* settle(stage, trace, supervisor)
      })
    switch (directive) {
      case "exit":
        yield* stage.perform(Effect.sync(() => trace.exit(id, word)))
        return yield* settle(stage, trace, supervisor)
      case "fail_starts":
        trace.failStarts(id, Number(word))
        return false
      case "start":
        return yield* call("start_child", supervisor.startChild(specOf(trace, words)))
      case "terminate":
        return yield* call("terminate_child", supervisor.terminateChild(id))
      case "restart":
        return yield* call("restart_child", supervisor.restartChild(id))
      case "delete":
        return yield* call("delete_child", supervisor.deleteChild(id))
      case "children": {
        const all = yield* stage.perform(Effect.orDie(supervisor.whichChildren))
        for (const { id, child } of all === HANGS ? [] : all)
          trace.say(`child ${id} ${typeof child === "object" ? "running" : "stopped"}`)
        return false
      }
      default: {
        const ended = yield* stage.perform(Effect.andThen(supervisor.shutdown, supervisor.ended), STOP_MS)
        trace.say(ended === HANGS ? "supervisor hung" : `supervisor ${snake(ended._tag)}`)
        return true
      }
    }
  })

/** As long as the recorder waits for a supervisor that was told to stop. */
const STOP_MS = 10_000

const specOf = (trace: Trace, [, id = "", ...rest]: ReadonlyArray<string>): ChildSpec<ScriptedChild> => {
  const { rules, stubborn } = readChild(rest)
  return { id, ...rules, start: trace.start(id, stubborn) }
}

const begin = (playing: Playing): Effect.Effect<boolean, never, Audit> =>
  Effect.gen(function* () {
    const { stage, trace } = playing
    // Its scope is not closed: a scenario that does not stop its supervisor has no line for its end.
    const scope: Scope.Closeable = EffectScope.makeUnsafe()
    const made = Effect.provideService(
      Effect.result(Supervisor.make(playing.flags, playing.children)),
      EffectScope.Scope,
      scope
    )
    const started = yield* stage.perform(made)
    if (started === HANGS) return true
    if (started._tag === "Failure") {
      trace.say(`supervisor start_error ${describeStartError(started.failure)}`)
      return true
    }
    playing.supervisor = started.success
    return yield* settle(stage, trace, started.success)
  })

/** Lets what was begun come to its end, as long as the recorder does. *Returns* whether the supervisor ended. */
const settle = (stage: Stage, trace: Trace, supervisor: SupervisorService): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    yield* stage.pass(60)
    yield* stage.perform(Effect.exit(supervisor.countChildren))
    yield* stage.pass(30)
    yield* stage.perform(Effect.exit(supervisor.countChildren))
    const ended = yield* stage.perform(Effect.exit(supervisor.ended), 0)
    if (ended === HANGS || Exit.isFailure(ended)) return false
    trace.say(`supervisor ${snake(ended.value._tag)}`)
    return true
  })

/** The recorder tells atoms and calls every other term a failed start; `restart_child` hands the reason on bare. */
export const wordOf = (
  name: string,
  { _tag, cause }: { readonly _tag: string; readonly cause?: Cause.Cause<unknown> }
): string => {
  const reason = cause === undefined ? undefined : Option.getOrUndefined(Cause.findErrorOption(cause))
  if (name === "restart_child" && typeof reason === "string") return reason
  return _tag === "ChildStartFailed" || SPEC_REFUSED.test(_tag) ? "start_failed" : snake(_tag)
}

const SPEC_REFUSED = /^(Invalid|BadCombination|DuplicateChildName)/
