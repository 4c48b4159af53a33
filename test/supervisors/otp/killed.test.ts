import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import { Audit } from "../../../src/audit/Audit.ts"
import type { AuditTransition } from "../../../src/audit/AuditEvent.ts"
import { Supervisor, type SupervisorService } from "../../../supervisors/otp/Supervisor.ts"
import { inWorld, rest, whileTimePasses } from "./harness.ts"

/**
 * A supervisor that dies while its audit still waits for the step before: the moment in which what it knows of its
 * children and what was told of them are furthest apart.
 */
const killedAt = (
  isMoment: (transition: AuditTransition) => boolean,
  strategy: "one_for_one" | "one_for_all" = "one_for_one"
) =>
  inWorld((world) =>
    Effect.gen(function* () {
      const workers = ["a", "b", "c"].map((id) => world.worker(id, { shutdown: 100 }))
      const kills: Array<Exit.Exit<void>> = []
      const made: Array<SupervisorService> = []
      const audit = Audit.of({
        record: (entry) =>
          Effect.gen(function* () {
            if (entry._tag !== "Transition") return
            const supervisor = made[0]
            if (supervisor !== undefined && isMoment(entry))
              yield* Effect.forkDetach(
                Effect.map(Effect.exit(supervisor.kill), (exit) => void kills.push(exit))
              )
            yield* Effect.repeat(Effect.yieldNow, { times: 5 })
          })
      })
      const specs = workers.map(({ spec }) => spec)
      const supervisor = yield* Supervisor.make({ strategy, intensity: 5 }, specs).pipe(
        Effect.provideService(Scope.Scope, Scope.makeUnsafe()),
        Effect.provideService(Audit, audit)
      )
      made.push(supervisor)
      yield* workers[0]?.crash ?? Effect.void
      yield* rest(1)
      // Where the moment did not come by itself it is that of a kill.
      yield* supervisor.kill
      yield* rest(10_000)
      const reason = yield* supervisor.ended
      return { kills: kills.map(String), running: world.running, fibers: world.fibers, reason: reason._tag }
    })
  )

const clean = { kills: ["Success(undefined)"], running: [], fibers: 0, reason: "Killed" }

describe("a supervisor that is killed while the audit is told of a step", () => {
  it.each([
    ...["CHILD_EXITED", "EXITED", "RESTART", "STARTED", "RESTARTED"].map(
      (why) => [why, "one_for_one"] as const
    ),
    ...["SHUTDOWN", "EXITED", "KEEP", "RESTART", "STARTED"].map((why) => [why, "one_for_all"] as const)
  ])("leaves no child and no fiber, and whoever kills it no defect: %s, %s", async (why, strategy) => {
    let armed = true
    const first = (transition: AuditTransition) => {
      if (!armed || transition.why !== why) return false
      armed = false
      return true
    }
    expect(await killedAt(first, strategy)).toEqual(clean)
  })

  it("may be killed once more meanwhile", async () => {
    const killed = (transition: AuditTransition) =>
      transition.why === "KILL" && transition.chart === "supervisor"
    expect(await killedAt(killed)).toEqual(clean)
  })
})

describe("a supervisor whose audit dies", () => {
  it("leaves no child and no fiber, whichever entry it is that the audit dies of, for once or from then on", async () => {
    for (const forOnce of [true, false])
      for (let at = 1; at <= 24; at += 1) {
        const left = await inWorld((world) =>
          Effect.gen(function* () {
            let told = 0
            const audit = Audit.of({
              record: () =>
                Effect.suspend(() => {
                  told += 1
                  return (forOnce ? told === at : told >= at)
                    ? Effect.die(new Error("disk full"))
                    : Effect.void
                })
            })
            const scope = Scope.makeUnsafe()
            const workers = ["a", "b", "c"].map((id) => world.worker(id, { shutdown: 100 }))
            const specs = workers.map(({ spec }) => spec)
            yield* Supervisor.make({ intensity: 5 }, specs).pipe(
              Effect.provideService(Scope.Scope, scope),
              Effect.provideService(Audit, audit),
              Effect.exit,
              whileTimePasses
            )
            yield* rest(1)
            yield* workers[0]?.crash ?? Effect.void
            yield* rest(1)
            yield* Effect.exit(whileTimePasses(Scope.close(scope, Exit.void)))
            yield* rest(10_000)
            return { running: world.running, fibers: world.fibers }
          })
        )
        expect({ at, forOnce, ...left }).toEqual({ at, forOnce, running: [], fibers: 0 })
      }
  })
})
