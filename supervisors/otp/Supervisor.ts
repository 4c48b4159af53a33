import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { Audit } from "../../src/audit/Audit.ts"
import type { Child, Start } from "./Child.ts"
import { type ChildSpec, type ChildType, checkSpec, checkSpecs, type FullSpec } from "./ChildSpec.ts"
import type { FlagsRefusal, SpecRefusal } from "./SpecRefusal.ts"
import { SupervisorName } from "./SupervisedChild.ts"
import type { Rules } from "./SupervisedChildren.ts"
import {
  AlreadyPresent,
  AlreadyStarted,
  ChildStartFailed,
  type NoProc,
  NotFound,
  Restarting,
  Running,
  TooManyChildren
} from "./SupervisorError.ts"
import { checkFlags, type SupervisorFlags } from "./SupervisorFlags.ts"
import { type Message, SupervisorProcess } from "./SupervisorProcess.ts"

/**
 * OTP's supervisor as a service: `Supervisor.layer` for the one of a program, `Supervisor.make` for any other, and
 * `Supervisor.child` to put one under another.
 *
 * Its scope owns its children: closing it stops them in reverse start order, each within its time, and waits. A
 * supervisor that gives up (`intensity`, `autoShutdown`) ends by itself, and `ended` tells.
 *
 *     const counter = { id: "counter", start: Munition.reside(wasm) }
 *     const supervised = Supervisor.layer({ strategy: "one_for_one", intensity: 5 }, [counter])
 *     const runtime = supervised.pipe(Layer.provide(Munition.layerAudited()), Layer.provide(Audit.layer))
 *     const program = Supervisor.use((supervisor) => supervisor.countChildren)
 *     await Effect.runPromise(Effect.provide(program, runtime))
 *     // => { specs: 1, active: 1, supervisors: 0, workers: 1 }
 */
export class Supervisor extends Context.Service<Supervisor, SupervisorService>()(
  "munition/supervisors/otp/Supervisor"
) {
  /** *Fails* with the first flag or spec that is wrong, before anything is started, or with who did not start. */
  static readonly make = <R = never>(
    flags: SupervisorFlags,
    specs: ReadonlyArray<ChildSpec<Child, R>> = []
  ): Effect.Effect<
    SupervisorService,
    FlagsRefusal | SpecRefusal | TooManyChildren | ChildStartFailed,
    Exclude<R, Scope.Scope> | Audit | Scope.Scope
  > => makeSupervisor(flags, specs)

  static readonly layer = <R = never>(
    flags: SupervisorFlags,
    specs: ReadonlyArray<ChildSpec<Child, R>> = []
  ): Layer.Layer<
    Supervisor,
    FlagsRefusal | SpecRefusal | TooManyChildren | ChildStartFailed,
    Exclude<R, Scope.Scope> | Audit
  > => Layer.effect(Supervisor, makeSupervisor(flags, specs))

  /** The spec of a supervisor under another: type `supervisor`, and so `infinity` to stop its children in. */
  static readonly child = <R = never>(
    spec: Omit<ChildSpec, "start" | "type">,
    flags: SupervisorFlags,
    specs: ReadonlyArray<ChildSpec<Child, R>> = []
  ): ChildSpec<SupervisorService, Exclude<R, Scope.Scope> | Audit> => ({
    ...spec,
    type: "supervisor",
    start: makeSupervisor(flags, specs)
  })
}

/** What one can ask of a supervisor. It is a {@link Child} itself. Every call *fails* with `NoProc` once it ended. */
export interface SupervisorService extends Child {
  /** Starts a child after all others. *Returns* it; `undefined` when its start was to ignore it. */
  readonly startChild: <C extends Child, R = never>(
    spec: ChildSpec<C, R>
  ) => Effect.Effect<C | undefined, StartError | NoProc, Exclude<R, Scope.Scope>>
  /** Stops a child and keeps its spec, unless it is temporary. One that does not run is no error. */
  readonly terminateChild: (id: string) => Effect.Effect<void, NotFound | NoProc>
  /** Starts a child that was terminated or ended. */
  readonly restartChild: (
    id: string
  ) => Effect.Effect<Child | undefined, Running | Restarting | NotFound | ChildStartFailed | NoProc>
  /** Deletes the spec of a child that does not run. */
  readonly deleteChild: (id: string) => Effect.Effect<void, Running | Restarting | NotFound | NoProc>
  /** In start order. */
  readonly whichChildren: Effect.Effect<ReadonlyArray<WhichChild>, NoProc>
  readonly countChildren: Effect.Effect<ChildCounts, NoProc>
}

/** What starting a child fails with. */
export type StartError = SpecRefusal | AlreadyPresent | AlreadyStarted | TooManyChildren | ChildStartFailed

/** A child as its supervisor lists it. */
export interface WhichChild {
  readonly id: string
  /** `undefined` for one that does not run. */
  readonly child: Child | "restarting" | undefined
  readonly type: ChildType
}

/** How many specs there are, how many of them run, and of which types. */
export interface ChildCounts {
  readonly specs: number
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

const makeSupervisor = <R>(flags: SupervisorFlags, specs: ReadonlyArray<ChildSpec<Child, R>>) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Exclude<R, Scope.Scope>>()
    const full = checkFlags(flags)
    if ("_tag" in full) return yield* Effect.fail(full)
    const bound = checkSpecs(
      specs.map((spec) => bind(spec, context)),
      full.autoShutdown
    )
    if ("_tag" in bound) return yield* Effect.fail(bound)
    if (bound.length > full.childrenMax) return yield* Effect.fail(new TooManyChildren(full.childrenMax))
    const process = yield* startProcess(full, full.strategy, bound)
    return serviceOf(process, full)
  })

/** A process whose scope stops it and waits until it has stopped. */
export const startProcess = (
  { intensity, periodSeconds, autoShutdown }: Required<SupervisorFlags>,
  strategy: Rules["strategy"],
  specs: ReadonlyArray<FullSpec>
): Effect.Effect<SupervisorProcess, ChildStartFailed, Audit | Scope.Scope> =>
  Effect.gen(function* () {
    const process = new SupervisorProcess(
      yield* SupervisorName,
      yield* Audit,
      yield* Queue.unbounded<Message>(),
      { strategy, intensity, periodSeconds, autoShutdown }
    )
    yield* Effect.acquireRelease(process.run(specs), () => Effect.andThen(process.shutdown, process.ended))
    yield* process.up
    return process
  })

/** A spec whose start has what it needs, its own scope apart: that is the supervisor's to give. */
export const bind = <C extends Child, R>(
  spec: ChildSpec<C, R>,
  context: Context.Context<Exclude<R, Scope.Scope>>
): ChildSpec<C> => ({ ...spec, start: bindStart(spec.start, context) })

export const bindStart = <C extends Child, R>(
  start: Start<C, R>,
  context: Context.Context<Exclude<R, Scope.Scope>>
): Start<C> =>
  // Without types it may be anything, and is refused as such where specs are checked.
  Effect.isEffect(start)
    ? Effect.updateContext(
        start,
        (own: Context.Context<Scope.Scope>) =>
          // The cast: what is missing from the one is in the other.
          Context.merge(context, own) as Context.Context<R | Scope.Scope>
      )
    : start

const serviceOf = (process: SupervisorProcess, flags: Required<SupervisorFlags>): SupervisorService => {
  const { children } = process
  const start = (spec: FullSpec) =>
    Effect.gen(function* () {
      const present = children.byKey.get(spec.id)
      if (present?.child !== undefined) return yield* Effect.fail(new AlreadyStarted(spec.id, present.child))
      if (present !== undefined) return yield* Effect.fail(new AlreadyPresent(spec.id))
      if (children.byKey.size >= flags.childrenMax)
        return yield* Effect.fail(new TooManyChildren(flags.childrenMax))
      return yield* startedChild(spec.id, yield* children.add(spec.id, spec))
    })
  const found = (id: string) => {
    const child = children.byKey.get(id)
    return child === undefined ? Effect.fail(new NotFound(id)) : Effect.succeed(child)
  }
  const idle = (id: string) =>
    Effect.gen(function* () {
      const child = yield* found(id)
      if (child.place === "running") return yield* Effect.fail(new Running(id))
      if (child.place === "restarting") return yield* Effect.fail(new Restarting(id))
      return child
    })
  return {
    ended: process.ended,
    shutdown: process.shutdown,
    kill: process.kill,
    startChild: <C extends Child, R>(spec: ChildSpec<C, R>) =>
      Effect.flatMap(Effect.context<Exclude<R, Scope.Scope>>(), (context) => {
        const full = checkSpec(bind(spec, context), flags.autoShutdown)
        const started = process.call<Child | undefined, StartError>(
          "_tag" in full ? Effect.fail(full) : start(full)
        )
        // The cast: what this start gives is what comes back from it.
        return started as Effect.Effect<C | undefined, StartError | NoProc>
      }),
    terminateChild: (id) => process.call(Effect.flatMap(found(id), (child) => children.terminate(child))),
    restartChild: (id) =>
      process.call(
        Effect.flatMap(idle(id), (child) =>
          Effect.flatMap(children.restart(child), (started) => startedChild(id, started))
        )
      ),
    deleteChild: (id) => process.call(Effect.flatMap(idle(id), () => children.delete(id))),
    whichChildren: process.call(
      Effect.sync(() =>
        [...children.byKey.values()].map((one) => ({
          id: one.key,
          child: one.place === "restarting" ? ("restarting" as const) : one.child,
          type: one.spec.type
        }))
      )
    ),
    countChildren: process.call(
      Effect.sync(() => {
        const all = [...children.byKey.values()]
        const supervisors = all.filter(({ spec }) => spec.type === "supervisor").length
        return {
          specs: all.length,
          active: all.filter((one) => one.alive).length,
          supervisors,
          workers: all.length - supervisors
        }
      })
    )
  }
}

export const startedChild = (
  id: string,
  started: Effect.Success<ReturnType<SupervisorProcess["children"]["add"]>>
): Effect.Effect<Child | undefined, ChildStartFailed> =>
  started._tag === "Failed"
    ? Effect.fail(new ChildStartFailed(id, started.cause))
    : Effect.succeed(started._tag === "Started" ? started.child : undefined)
