import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Audit } from "../../src/audit/Audit.ts"
import type { Child } from "../../supervisors/otp/Child.ts"
import type { ChildRules, ChildSpec } from "../../supervisors/otp/ChildSpec.ts"
import { makeSimpleSupervisor, type SimpleSupervisor } from "../../supervisors/otp/SimpleSupervisor.ts"
import { Supervisor, type SupervisorService } from "../../supervisors/otp/Supervisor.ts"
import type { SupervisorFlags } from "../../supervisors/otp/SupervisorFlags.ts"
import { snake } from "./erlang.ts"
import { directives, readChild, wordOf } from "./runScenario.ts"
import { HANGS, Stage } from "./Stage.ts"
import { type ScriptedChild, Trace } from "./Trace.ts"

/**
 * Plays a scenario with nested and dynamic supervisors on ours; `otp_tree.escript` does on OTP's, and its header
 * tells the language.
 */
export const runTree = (text: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.suspend(() => {
    const tree = new Tree()
    return Effect.provide(Effect.as(tree.play(directives(text)), tree.trace.lines), tree.stage.layer)
  })

/** A trace in which the ends of dynamic children that follow each other are sorted: they end all at once. */
export const sortDynamic = (text: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const dynamic = new Set(
    directives(text).flatMap(([what, name]) => (what === "spawn" && name ? [name] : []))
  )
  const isEnd = (line: string) => /^(stop|killed) /.test(line) && dynamic.has(line.split(" ")[1] ?? "")
  const runs: Array<Array<string>> = []
  for (const line of lines) {
    const last = runs.at(-1)
    if (last?.every(isEnd) && isEnd(line)) last.push(line)
    else runs.push([line])
  }
  return runs.flatMap((run) => run.toSorted())
}

type Dynamic = SimpleSupervisor<readonly [string, boolean], ScriptedChild>

interface Declared {
  readonly what: string
  readonly name: string
  readonly under: string
  readonly words: ReadonlyArray<string>
}

class Tree {
  readonly stage = new Stage()
  readonly trace = new Trace()
  readonly #declared: Array<Declared> = []
  readonly #supervisors = new Map<string, SupervisorService>()
  readonly #dynamics = new Map<string, Dynamic>()
  #root: Child | undefined

  play(lines: ReadonlyArray<ReadonlyArray<string>>): Effect.Effect<void, never, Audit> {
    return Effect.gen({ self: this }, function* () {
      for (const words of lines) {
        yield* this.#playOne(words)
        if (this.#root !== undefined && (yield* this.#ended(this.#root))) return
      }
    })
  }

  #playOne([what = "", name = "", under = "", ...words]: ReadonlyArray<string>): Effect.Effect<
    void,
    never,
    Audit
  > {
    if (what === "fail_starts") return Effect.sync(() => this.trace.failStarts(name, Number(under)))
    if (what === "ignore_starts") return Effect.sync(() => this.trace.ignoreStarts(name, Number(under)))
    const root = this.#root
    if (root === undefined)
      return what === "begin"
        ? this.#begin
        : Effect.sync(() => void this.#declared.push({ what, name, under, words }))
    switch (what) {
      case "exit":
        return Effect.andThen(
          this.stage.perform(Effect.sync(() => this.trace.exit(name, under, "not_running"))),
          this.#settle
        )
      case "kill":
        return Effect.andThen(this.stage.perform(this.trace.kill(name)), this.#settle)
      case "stop":
        return Effect.asVoid(this.stage.perform(Effect.andThen(root.shutdown, root.ended)))
      case "children":
      case "count":
        return this.#look(what, name)
      default:
        return Effect.andThen(this.#call(what, name, under, words), this.#settle)
    }
  }

  get #begin(): Effect.Effect<void, never, Audit> {
    return Effect.gen({ self: this }, function* () {
      const root = this.#declared.find(({ under }) => under === "-")
      if (root === undefined) return
      const start = Effect.provideService(this.#specOf(root).start, Scope.Scope, Scope.makeUnsafe())
      const started = yield* this.stage.perform(Effect.result(start))
      if (started === HANGS || started._tag === "Failure" || started.success === "ignore")
        return this.trace.say("root start_error")
      this.#root = started.success
      yield* this.#settle
    })
  }

  #call(
    what: string,
    name: string,
    sup: string,
    words: ReadonlyArray<string>
  ): Effect.Effect<void, never, Audit> {
    return Effect.gen({ self: this }, function* () {
      const one = this.#supervisors.get(sup) ?? this.#dynamics.get(sup)
      if (one === undefined) return this.trace.say(`not_running ${sup}`)
      const call = this.#effectOf(what, name, one, { what: "child", name, under: sup, words })
      const word = yield* this.stage.perform(
        Effect.match(call, {
          onSuccess: () => "ok",
          // A dynamic supervisor hands the reason of a failed start on bare, as restart_child does.
          onFailure: (error) => wordOf(what === "spawn" ? "restart_child" : `${what}_child`, error)
        })
      )
      this.trace.say(`${what} ${name} ${sup}: ${word}`)
    })
  }

  #effectOf(what: string, name: string, one: SupervisorService | Dynamic, child: Declared) {
    return Effect.suspend((): Effect.Effect<unknown, { readonly _tag: string }, Audit> => {
      if ("restartChild" in one && what === "restart") return one.restartChild(name)
      if (what === "delete") return one.deleteChild(name)
      const dynamic = this.#dynamics.get(child.under)
      if (dynamic === undefined) {
        const supervisor = one as SupervisorService
        return what === "start" ? supervisor.startChild(this.#specOf(child)) : supervisor.terminateChild(name)
      }
      if (what === "spawn") return dynamic.startChild(name, child.words.includes("stubborn"))
      return dynamic.terminateChild(what === "end" ? (this.trace.find(name) ?? name) : name)
    })
  }

  #look(what: string, sup: string): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const one = this.#supervisors.get(sup)
      const dynamic = this.#dynamics.get(sup)
      const either = one ?? dynamic
      if (either === undefined) return this.trace.say(`not_running ${sup}`)
      if (what === "count") {
        const counts = yield* this.stage.perform(Effect.orDie(either.countChildren))
        if (counts === HANGS) return
        const { specs, active, supervisors, workers } = counts
        return this.trace.say(
          `count ${sup} specs ${specs} active ${active} supervisors ${supervisors} workers ${workers}`
        )
      }
      if (one !== undefined) {
        const all = yield* this.stage.perform(Effect.orDie(one.whichChildren))
        for (const { id, child } of all === HANGS ? [] : all)
          this.trace.say(`child ${id} ${typeof child === "object" ? "running" : "stopped"}`)
      } else if (dynamic !== undefined) {
        const all = yield* this.stage.perform(Effect.orDie(dynamic.whichChildren))
        // The cast: the children of a scenario are scripted ones. By name, since they have no other order.
        const children = all === HANGS ? [] : (all as ReadonlyArray<ScriptedChild>)
        for (const id of children.map(({ id }) => id).sort()) this.trace.say(`child ${id} running`)
      }
    })
  }

  #specOf(declared: Declared): ChildSpec<Child, Audit> {
    const { what, name, words } = declared
    if (what === "child") {
      const { rules, stubborn } = readChild(words)
      return { id: name, ...rules, start: this.trace.start(name, stubborn) }
    }
    const own = words.slice(what === "supervisor" ? 4 : 3)
    const [restart = "permanent", shutdown = "infinity", ...marks] = own.slice(
      0,
      own.includes("kind") ? own.indexOf("kind") : own.length
    )
    const { rules } = readChild([restart, "supervisor", shutdown, ...marks])
    return { id: name, ...rules, start: this.trace.unlessFailing(name, this.#startSupervisor(declared, own)) }
  }

  #startSupervisor({ what, name, words }: Declared, own: ReadonlyArray<string>) {
    return Effect.gen({ self: this }, function* () {
      const nested = this.#declared.filter(({ under }) => under === name).map((one) => this.#specOf(one))
      const [strategy, intensity, period, auto] = what === "dynamic" ? ["", ...words] : words
      const flags: SupervisorFlags = {
        // The casts: the scenario says what OTP accepts.
        ...(what === "dynamic" ? {} : { strategy: strategy as "one_for_one" }),
        intensity: Number(intensity),
        periodSeconds: Number(period),
        autoShutdown: auto as "never"
      }
      const made =
        what === "dynamic" ? this.#makeDynamic(name, flags, own) : this.#makeSupervisor(name, flags, nested)
      const child = yield* Effect.tapError(made, () => Effect.sync(() => this.trace.say(`not_up ${name}`)))
      this.trace.say(`up ${name}`)
      yield* Effect.forkDetach(
        Effect.map(child.ended, (reason) => {
          this.#supervisors.delete(name)
          this.#dynamics.delete(name)
          this.trace.say(`down ${name} ${snake(reason._tag)}`)
        }),
        { startImmediately: true }
      )
      return child
    })
  }

  #makeSupervisor(name: string, flags: SupervisorFlags, nested: ReadonlyArray<ChildSpec<Child, Audit>>) {
    return Effect.map(Supervisor.make(flags, nested), (supervisor): Child => {
      this.#supervisors.set(name, supervisor)
      return supervisor
    })
  }

  #makeDynamic(name: string, flags: SupervisorFlags, own: ReadonlyArray<string>) {
    const rules: ChildRules = readChild(own.slice(own.indexOf("kind") + 1)).rules
    const start = (id: string, stubborn: boolean) => this.trace.start(id, stubborn)
    return Effect.map(makeSimpleSupervisor(flags, { ...rules, start }), (dynamic): Child => {
      this.#dynamics.set(name, dynamic)
      return dynamic
    })
  }

  /** As the recorder waits: two rounds through every supervisor that lives. */
  get #settle(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const ms of [60, 30]) {
        yield* this.stage.pass(ms)
        for (const [, one] of [...this.#supervisors, ...this.#dynamics])
          yield* this.stage.perform(Effect.exit(one.countChildren))
      }
    })
  }

  #ended(child: Child): Effect.Effect<boolean> {
    return Effect.map(this.stage.perform(child.ended, 0), (reason) => reason !== HANGS)
  }
}
