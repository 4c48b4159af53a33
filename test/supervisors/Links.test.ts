import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Crash, InstanceManager, type Resident } from "../../src/index.ts"
import { Links } from "../../supervisors/Links.ts"
import { ExitKilled, ExitNormal } from "../../supervisors/otp/ExitReason.ts"
import { parseWat } from "../guests/wat.ts"
import { withMunition } from "./munition.ts"

/** Links between residents, and the links themselves against a model: who is reached over links that stand. */
const GUEST = parseWat(
  "linked",
  `(module (func (export "one") (result i32) (i32.const 1)) (func (export "trap") unreachable)
    (func (export "spin") (loop br 0)))`
)

const withResidents = <A, E>(
  count: number,
  use: (residents: ReadonlyArray<Resident>) => Effect.Effect<A, E, InstanceManager | Scope.Scope>,
  crashes: Array<Crash> = []
) =>
  withMunition(
    Effect.scoped(
      Effect.gen(function* () {
        const manager = yield* InstanceManager
        const onCrash = (crash: Crash) => Effect.sync(() => void crashes.push(crash))
        const all = Array.from({ length: count }, () => manager.reside(GUEST, { onCrash }))
        return yield* use(yield* Effect.all(all))
      })
    )
  )

describe("linked residents", () => {
  it("end together, all along the links, for the crash of one of them", () =>
    withResidents(4, ([a, b, c, d]) =>
      Effect.gen(function* () {
        if (a === undefined || b === undefined || c === undefined || d === undefined) return
        // A ring, and one that stands apart.
        for (const [one, other] of [
          [a, b],
          [b, c],
          [c, a]
        ] as const)
          yield* one.link(other)
        const crash = yield* Effect.flip(b.call("trap"))
        const reasons = yield* Effect.all([a.ended, b.ended, c.ended])
        expect(reasons.map(({ _tag }) => _tag)).toEqual(["Crash", "Crash", "Crash"])
        // The same reason, as in OTP: it says what began it.
        expect(reasons[0]).toBe(reasons[1])
        expect(yield* Effect.flip(a.call("one"))).toMatchObject({
          _tag: "ResidentEnded",
          reason: reasons[1]
        })
        expect(crash).toMatchObject({ _tag: "Crash", reason: { _tag: "Trapped" } })
        expect((yield* d.call("one")).values).toEqual([1])
      })
    ))

  it("answer, with a dump, the call that runs in the other one", () => {
    const crashes: Array<Crash> = []
    return withResidents(
      2,
      ([a, b]) =>
        Effect.gen(function* () {
          if (a === undefined || b === undefined) return
          yield* a.link(b)
          const spinning = yield* Effect.forkChild(Effect.flip(a.call("spin", [], { fuel: 1e12 })), {
            startImmediately: true
          })
          yield* Effect.flip(b.call("trap"))
          const crash = yield* Fiber.join(spinning)
          expect(crash).toMatchObject({ _tag: "Crash", reason: { _tag: "Cancelled" } })
          expect(yield* a.ended).toBe(yield* b.ended)
          expect(crashes.map(({ reason }) => reason._tag).sort()).toEqual(["Cancelled", "Trapped"])
        }),
      crashes
    )
  })

  it("go on alone when the link is undone, and end at once when the other is no more", () =>
    withResidents(3, ([a, b, c]) =>
      Effect.gen(function* () {
        if (a === undefined || b === undefined || c === undefined) return
        yield* a.link(b)
        yield* b.unlink(a)
        yield* b.kill
        expect(yield* b.ended).toMatchObject({ _tag: "Killed" })
        expect((yield* a.call("one")).values).toEqual([1])
        yield* c.link(b)
        expect(yield* c.ended).toMatchObject({ _tag: "Crash" })
        yield* b.link(a)
        expect(yield* a.ended).toMatchObject({ _tag: "Crash" })
      })
    ))

  it("refuse a call of no known priority, which nobody would ever run", () =>
    withResidents(1, ([resident]) =>
      Effect.gen(function* () {
        // The cast: what a caller without types can write.
        const options = { priority: "urgent" as "high" }
        const refused =
          resident === undefined ? undefined : yield* Effect.flip(resident.call("one", [], options))
        expect(refused).toMatchObject({
          reason: { _tag: "BadArguments", parameter: "priority", got: "urgent" }
        })
      })
    ))
})

describe("links", () => {
  const node = fc.nat(5)
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom("join" as const, "part" as const), a: node, b: node }),
    fc.record({ kind: fc.constantFrom("kill" as const, "end" as const), a: node, b: node })
  )

  it("law: end exactly those that are reached over links that stand, and over no normal end", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ended = new Map<number, string>()
        const links: ReadonlyArray<Links> = Array.from(
          { length: 6 },
          (_, i) =>
            new Links((reason) => {
              expect(ended.has(i)).toBe(false)
              ended.set(i, reason._tag)
              links[i]?.end(reason)
            })
        )
        const model = { links: new Set<string>(), ended: new Set<number>() }
        const key = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`
        const killAlong = (from: number) => {
          model.ended.add(from)
          for (let other = 0; other < 6; other++)
            if (model.links.delete(key(from, other)) && !model.ended.has(other)) killAlong(other)
        }
        for (const { kind, a, b } of steps) {
          const [one, other] = [links[a], links[b]]
          if (one === undefined || other === undefined) continue
          if (kind === "part") {
            one.part(other)
            model.links.delete(key(a, b))
          } else if (kind === "join") {
            // What becomes of a link with one that has ended is another test's.
            if (a === b || model.ended.has(a) || model.ended.has(b)) continue
            one.join(other)
            model.links.add(key(a, b))
          } else if (!model.ended.has(a)) {
            ended.set(a, kind)
            one.end(kind === "kill" ? new ExitKilled() : new ExitNormal())
            if (kind === "kill") killAlong(a)
            else {
              model.ended.add(a)
              for (let i = 0; i < 6; i++) model.links.delete(key(a, i))
            }
          }
          expect([...ended.keys()].sort()).toEqual([...model.ended].sort())
        }
      })
    )
  })
})
