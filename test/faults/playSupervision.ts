import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { Audit } from "../../src/audit/Audit.ts"
import type { AuditTransition } from "../../src/audit/AuditEvent.ts"
import { type Child, childOf, IGNORE } from "../../supervisors/otp/Child.ts"
import type { ChildSpec } from "../../supervisors/otp/ChildSpec.ts"
import { Supervisor, type SupervisorService } from "../../supervisors/otp/Supervisor.ts"
import { ChartPaths } from "./ChartPaths.ts"
import type { ChartTable } from "./ChartTable.ts"
import type { Action, ChildPlan, SupervisionPlan } from "./SupervisionPlan.ts"

/**
 * Plays a supervision plan on a test clock, with a fault at the moment in which the audit is told of one transition.
 *
 * The audit is where it comes in: whoever takes a transition tells it, and goes on when the audit has it. So the
 * fault, a fiber like any other, comes between that transition and what follows from it.
 */
export interface Fault {
  readonly how: SupervisionFault
  /** Which transition, and the how many-th of its kind. */
  readonly at: (entry: AuditTransition) => boolean
  readonly occurrence: number
  /** How often whoever took the transition is made to wait for others before it goes on. */
  readonly turns: number
}

export const SUPERVISION_FAULTS = [
  "kill",
  "killChildren",
  "crashChildren",
  "interrupt",
  "starve",
  "close"
] as const
export type SupervisionFault = (typeof SUPERVISION_FAULTS)[number]

export interface Played {
  readonly transitions: ReadonlyArray<AuditTransition>
  readonly injected: boolean
  /** What is left, missing, or not on the chart. */
  readonly wrong: ReadonlyArray<string>
}

export const playSupervision = (
  plan: SupervisionPlan,
  tables: ReadonlyMap<string, ChartTable>,
  fault?: Fault
): Effect.Effect<Played> =>
  Effect.suspend(() => new Play(plan, tables, fault).run).pipe(
    Effect.provide(Layer.merge(TestClock.layer(), Logger.layer([])))
  )

class Play {
  readonly #plan: SupervisionPlan
  readonly #fault: Fault | undefined
  readonly #paths: ChartPaths
  readonly #transitions: Array<AuditTransition> = []
  readonly #wrong: Array<string> = []
  readonly #bodies = new Map<string, Body>()
  /** All that there ever were. */
  readonly #everybody: Array<Body> = []
  readonly #scope = Scope.makeUnsafe()
  #supervisor: SupervisorService | undefined
  #program: { interruptUnsafe: () => void } | undefined
  #fibers = 0
  #acquired = 0
  #released = 0
  #seen = 0
  #injected = false
  #killed = false

  constructor(plan: SupervisionPlan, tables: ReadonlyMap<string, ChartTable>, fault: Fault | undefined) {
    this.#plan = plan
    this.#fault = fault
    this.#paths = new ChartPaths(tables)
  }

  get run(): Effect.Effect<Played> {
    return Effect.gen({ self: this }, function* () {
      const fiber = yield* Effect.forkDetach(this.#live).pipe(
        Effect.provideService(Metric.FiberRuntimeMetrics, {
          recordFiberStart: () => void this.#fibers++,
          recordFiberEnd: () => void this.#fibers--
        })
      )
      this.#program = fiber
      for (let i = 0; i < STEPS_MAX && fiber.pollUnsafe() === undefined; i++) yield* TestClock.adjust(STEP_MS)
      if (fiber.pollUnsafe() === undefined)
        this.#wrong.push(`it hangs, after ${(STEPS_MAX * STEP_MS) / 1_000} s`)
      // What was given up must end too, once it can.
      for (const body of this.#everybody) body.end("finish")
      for (let i = 0; i < 5; i++) yield* TestClock.adjust(STEP_MS)
      if (this.#fibers !== 0) this.#wrong.push(`${this.#fibers} fibers are left`)
      if (this.#acquired !== this.#released)
        this.#wrong.push(`children acquired ${this.#acquired} times and released ${this.#released} times`)
      const ended =
        this.#supervisor === undefined
          ? undefined
          : yield* Effect.forkDetach(this.#supervisor.ended, { startImmediately: true })
      if (ended !== undefined && ended.pollUnsafe() === undefined) {
        this.#wrong.push("nobody is told that the supervisor has ended")
        ended.interruptUnsafe()
      }
      // A supervisor that is killed lets its children go without a word: that is why it is not to be killed.
      const unended = this.#paths.unended.filter((who) => !(this.#killed && who.startsWith("child ")))
      return {
        transitions: this.#transitions,
        injected: this.#injected,
        wrong: [...this.#wrong, ...this.#paths.wrong, ...unended.map((who) => `${who} at the end`)]
      }
    })
  }

  /** The one who makes the supervisor, uses it and ends it. */
  get #live(): Effect.Effect<void> {
    const { flags, children, actions, ending } = this.#plan
    return Effect.gen({ self: this }, function* () {
      const made = yield* Effect.exit(
        Supervisor.make(
          flags,
          children.map((child) => this.#spec(child))
        )
      )
      if (made._tag === "Failure") return
      this.#supervisor = made.value
      for (const action of actions) {
        const acting = Effect.exit(this.#act(action, made.value))
        yield* action.awaited ? acting : Effect.forkChild(acting)
      }
      yield* Effect.sleep(100)
      if (ending === "shutdown") yield* Effect.andThen(made.value.shutdown, made.value.ended)
      if (ending === "kill") {
        this.#killed = true
        yield* Effect.andThen(made.value.kill, made.value.ended)
      }
    }).pipe(
      Effect.provideService(Audit, Audit.of({ record: (entry) => this.#record(entry) })),
      Effect.provideService(Scope.Scope, this.#scope),
      Effect.onExit((exit) => Scope.close(this.#scope, exit))
    )
  }

  #act({ what, child, ms }: Action, supervisor: SupervisorService): Effect.Effect<unknown, unknown> {
    switch (what) {
      case "crash":
        return Effect.sync(() => this.#bodies.get(child.id)?.end("crash"))
      case "finish":
        return Effect.sync(() => this.#bodies.get(child.id)?.end("finish"))
      case "terminate":
        return supervisor.terminateChild(child.id)
      case "restart":
        return supervisor.restartChild(child.id)
      case "delete":
        return supervisor.deleteChild(child.id)
      case "start":
        return supervisor.startChild(this.#spec(child))
      case "list":
        return Effect.andThen(supervisor.whichChildren, supervisor.countChildren)
      case "wait":
        return Effect.sleep(ms)
    }
  }

  #spec({ id, rules, starts, startMs, nature }: ChildPlan): ChildSpec {
    let tries = 0
    return {
      ...{ id, ...rules },
      start: Effect.gen({ self: this }, function* () {
        yield* Effect.acquireRelease(
          Effect.sync(() => void this.#acquired++),
          () => Effect.sync(() => void this.#released++)
        )
        const what = starts[Math.min(tries++, starts.length - 1)]
        if (startMs > 0) yield* Effect.sleep(startMs)
        if (what === "ignore") return IGNORE
        if (what === "fail") return yield* Effect.fail("told to fail")
        const body = new Body(nature)
        this.#everybody.push(body)
        const child = yield* childOf(Effect.succeed(body.run))
        body.child = child
        this.#bodies.set(id, body)
        return child
      })
    }
  }

  #record(entry: unknown): Effect.Effect<void> {
    return Effect.suspend(() => {
      // The cast: supervisors tell of nothing else.
      const transition = entry as AuditTransition
      this.#transitions.push(transition)
      this.#paths.add({ ...transition, sequence: this.#transitions.length, atMs: 0 })
      const fault = this.#fault
      if (fault === undefined || this.#injected || !fault.at(transition)) return Effect.void
      if (this.#seen++ < fault.occurrence) return Effect.void
      this.#injected = true
      return Effect.andThen(
        Effect.forkDetach(this.#inject(fault.how)),
        Effect.repeat(Effect.yieldNow, { times: fault.turns })
      )
    })
  }

  #inject(how: SupervisionFault): Effect.Effect<unknown> {
    return Effect.suspend((): Effect.Effect<unknown> => {
      switch (how) {
        case "kill":
          // One that is not up yet has nobody who could kill it.
          if (this.#supervisor === undefined) return this.#inject("interrupt")
          this.#killed = true
          return this.#supervisor.kill
        case "killChildren":
          return Effect.forEach([...this.#bodies.values()], ({ child }) => child?.kill ?? Effect.void)
        case "crashChildren":
          return Effect.sync(() => {
            for (const body of this.#bodies.values()) body.end("crash")
          })
        case "interrupt":
          return Effect.sync(() => this.#program?.interruptUnsafe())
        case "starve":
          return TestClock.adjust("1 hour")
        case "close":
          return Scope.close(this.#scope, Exit.void)
      }
    })
  }
}

/** More time than all the children of a plan can take to be given up, one after the other, several times. */
const STEPS_MAX = 200
const STEP_MS = 1_000

/** What a child's fiber does: it lives until it is told to end, and then how its nature says. */
class Body {
  readonly run: Effect.Effect<void>
  child: Child | undefined
  readonly #end = Deferred.makeUnsafe<"crash" | "finish">()

  constructor(nature: ChildPlan["nature"]) {
    const life = Effect.flatMap(Deferred.await(this.#end), (how) =>
      how === "crash" ? Effect.die(new Error("told to crash")) : Effect.void
    )
    this.run =
      nature === "polite"
        ? life
        : nature === "slow"
          ? Effect.onInterrupt(life, () => Effect.sleep(200))
          : Effect.uninterruptible(life)
  }

  end(how: "crash" | "finish"): void {
    Deferred.doneUnsafe(this.#end, Exit.succeed(how))
  }
}
