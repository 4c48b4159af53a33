import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Audit } from "../../src/audit/Audit.ts"
import { type Child, isChild, type Start } from "./Child.ts"
import { type ChildRules, checkRules } from "./ChildSpec.ts"
import type { FlagsRefusal, SpecRefusal } from "./SpecRefusal.ts"
import {
  bindStart,
  type ChildCounts,
  type SupervisorService,
  startedChild,
  startProcess
} from "./Supervisor.ts"
import {
  type ChildStartFailed,
  type NoProc,
  NotFound,
  SimpleOneForOne,
  TooManyChildren
} from "./SupervisorError.ts"
import { checkFlags, type SupervisorFlags } from "./SupervisorFlags.ts"
import type { SupervisorProcess } from "./SupervisorProcess.ts"

/**
 * OTP's `simple_one_for_one`: children of one kind, started when they are asked for, as many as are wanted.
 *
 * It has a constructor of its own since it is called otherwise: children have no ids, a start takes what the kind's
 * `start` takes, and a child is terminated by the handle that `startChild` gave. What has ended is forgotten, and all
 * are stopped at once.
 */
export interface SimpleSupervisor<Args extends ReadonlyArray<unknown>, C extends Child> extends Child {
  /** Starts one more. *Returns* it; `undefined` when its start was to ignore it. */
  readonly startChild: (
    ...args: Args
  ) => Effect.Effect<C | undefined, TooManyChildren | ChildStartFailed | NoProc>
  /** Stops a child; one that ended is no error, whoever's it was, one that runs elsewhere is. Not done by an id. */
  readonly terminateChild: (child: Child | string) => Effect.Effect<void, SimpleOneForOne | NotFound | NoProc>
  readonly restartChild: (id: string) => Effect.Effect<never, SimpleOneForOne | NoProc>
  readonly deleteChild: (id: string) => Effect.Effect<never, SimpleOneForOne | NoProc>
  /** Those that run and those that are tried again, the oldest first. */
  readonly whichChildren: Effect.Effect<ReadonlyArray<Child | "restarting">, NoProc>
  readonly countChildren: SupervisorService["countChildren"]
}

/** The kind: a child spec without an id, whose start takes arguments. */
export interface SimpleSpec<Args extends ReadonlyArray<unknown>, C extends Child, R> extends ChildRules {
  readonly start: (...args: Args) => Start<C, R>
}

/**
 * A supervisor of one kind of child; its scope owns them.
 *
 *     const guests = makeSimpleSupervisor({ intensity: 5 }, { start: () => Munition.reside(wasm) })
 *     const program = Effect.gen(function* () {
 *       const supervisor = yield* guests
 *       const counter = yield* supervisor.startChild()
 *       return (yield* counter.call("increment")).values
 *     })
 *     const runtime = Munition.layerAudited().pipe(Layer.provideMerge(Audit.layer))
 *     await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(runtime))) // => [1]
 */
export const makeSimpleSupervisor = <Args extends ReadonlyArray<unknown>, C extends Child, R = never>(
  flags: Omit<SupervisorFlags, "strategy">,
  spec: SimpleSpec<Args, C, R>
): Effect.Effect<
  SimpleSupervisor<Args, C>,
  FlagsRefusal | SpecRefusal,
  Exclude<R, Scope.Scope> | Audit | Scope.Scope
> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Exclude<R, Scope.Scope>>()
    const full = checkFlags(flags)
    if ("_tag" in full) return yield* Effect.fail(full)
    const rules = checkRules(spec, full.autoShutdown, KIND)
    if ("_tag" in rules) return yield* Effect.fail(rules)
    // Without children to start there is no start that could fail.
    const process = yield* Effect.orDie(startProcess(full, "simple_one_for_one", []))
    let started = 0
    return serviceOf(process, full, rules, (...args: Args) => {
      started += 1
      return { key: String(started), start: bindStart(spec.start(...args), context) }
    })
  })

/** Whether it has ended already: then it says so at once. */
const hasEnded = (child: Child): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    if (!isChild(child)) return false
    const asking = yield* Effect.forkDetach(child.ended, { startImmediately: true, uninterruptible: false })
    const over = asking.pollUnsafe() !== undefined
    asking.interruptUnsafe()
    return over
  })

/** What the kind is called where a spec has an id. */
const KIND = "simple_one_for_one"

const serviceOf = <Args extends ReadonlyArray<unknown>, C extends Child>(
  process: SupervisorProcess,
  { childrenMax }: Required<SupervisorFlags>,
  rules: Required<ChildRules>,
  next: (...args: Args) => { readonly key: string; readonly start: Start }
): SimpleSupervisor<Args, C> => {
  const { children } = process
  /** Of a child that ended it is still known that it was here, as OTP knows that a dead pid is nobody's. */
  const ours = new WeakMap<Child, string>()
  const refused = (id: string) => process.call(Effect.fail(new SimpleOneForOne(id)))
  const start = (args: Args) =>
    Effect.gen(function* () {
      if (children.byKey.size >= childrenMax) return yield* Effect.fail(new TooManyChildren(childrenMax))
      const { key, start } = next(...args)
      // Each child that is started again is a new one, and all of them lead to its key.
      const noted = Effect.tap(start, (child) =>
        Effect.sync(() => (child === "ignore" ? undefined : void ours.set(child, key)))
      )
      return yield* startedChild(key, yield* children.add(key, { ...rules, id: key, start: noted }))
    })
  const counts = (): ChildCounts => {
    const all = [...children.byKey.values()]
    const supervisors = rules.type === "supervisor" ? all.length : 0
    const active = all.filter(({ place }) => place === "running").length
    return { specs: 1, active, supervisors, workers: all.length - supervisors }
  }
  return {
    ended: process.ended,
    shutdown: process.shutdown,
    kill: process.kill,
    // The cast: what this start gives is what comes back from it.
    startChild: (...args) =>
      process.call(start(args)) as Effect.Effect<C | undefined, TooManyChildren | ChildStartFailed | NoProc>,
    terminateChild: (child) =>
      typeof child === "string"
        ? refused(child)
        : process.call(
            Effect.suspend((): Effect.Effect<void, NotFound> => {
              const key = ours.get(child)
              if (key === undefined)
                return Effect.flatMap(hasEnded(child), (over) =>
                  over ? Effect.void : Effect.fail(new NotFound("a child of another supervisor"))
                )
              const present = children.byKey.get(key)
              // One that was started again since is another than the one that is named.
              return present?.latest === child ? children.terminate(present) : Effect.void
            })
          ),
    restartChild: refused,
    deleteChild: refused,
    whichChildren: process.call(
      Effect.sync(() =>
        [...children.byKey.values()].flatMap(
          ({ child, place }): ReadonlyArray<Child | "restarting"> =>
            place === "restarting" ? ["restarting"] : child === undefined ? [] : [child]
        )
      )
    ),
    countChildren: process.call(Effect.sync(counts))
  }
}
