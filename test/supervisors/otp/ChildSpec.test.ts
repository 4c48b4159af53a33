import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { IGNORE } from "../../../supervisors/otp/Child.ts"
import { type ChildSpec, checkSpec, checkSpecs } from "../../../supervisors/otp/ChildSpec.ts"
import { describeRefusal, type FlagsRefusal, type SpecRefusal } from "../../../supervisors/otp/SpecRefusal.ts"
import {
  type AutoShutdown,
  checkFlags,
  type SupervisorFlags
} from "../../../supervisors/otp/SupervisorFlags.ts"

const start = Effect.succeed(IGNORE)
/** What a caller without types may hand in. */
const spec = (fields: object) => ({ id: "a", start, ...fields }) as ChildSpec
const flags = (fields: object) => fields as SupervisorFlags
const refusedSpec = (fields: object, auto: AutoShutdown = "never") =>
  checkSpec(spec(fields), auto) as SpecRefusal

describe("a child's spec", () => {
  it("has OTP's defaults: permanent, 5000 ms for a worker and infinity for a supervisor", () => {
    expect(checkSpec(spec({}), "never")).toEqual({
      ...{ id: "a", start, restart: "permanent", significant: false, shutdown: 5_000, type: "worker" }
    })
    expect(checkSpec(spec({ type: "supervisor" }), "never")).toMatchObject({ shutdown: "infinity" })
  })

  it.each([
    [{ id: "" }, "InvalidId", 'id: expected a string of 1 to 256 characters, got ""'],
    [{ id: 7 }, "InvalidId", "got 7"],
    [{ id: "x".repeat(257) }, "InvalidId", "xxx…"],
    [{ start: 1 }, "InvalidStart", "child a: start: expected an Effect, got 1"],
    [{ restart: "always" }, "InvalidRestartType", 'permanent, transient or temporary, got "always"'],
    [{ significant: "yes" }, "InvalidSignificant", 'true or false, got "yes"'],
    [{ type: "port" }, "InvalidChildType", 'worker or supervisor, got "port"'],
    [{ shutdown: -1 }, "InvalidShutdown", "from 0 to 2147483647, brutal_kill or infinity, got -1"],
    [{ shutdown: 2 ** 31 }, "InvalidShutdown", "got 2147483648"],
    [{ shutdown: 0.5 }, "InvalidShutdown", "got 0.5"],
    [
      { significant: true, restart: "transient" },
      "BadCombination",
      "got autoShutdown never, significant true"
    ]
  ])("is refused with the field, what it may be and what it was: %o", (fields, tag, message) => {
    const refusal = refusedSpec(fields)
    expect(refusal._tag).toBe(tag)
    expect(describeRefusal(refusal)).toContain(message)
  })

  it("may not be significant and permanent, and may be significant else where it counts", () => {
    expect(refusedSpec({ significant: true }, "any_significant")).toMatchObject({
      _tag: "BadCombination",
      value: { restart: "permanent", significant: true }
    })
    expect(checkSpec(spec({ significant: true, restart: "temporary" }), "all_significant")).toMatchObject({
      significant: true
    })
  })

  it("may say 0 ms, and the most that a timer holds", () => {
    for (const shutdown of [0, 2 ** 31 - 1])
      expect(checkSpec(spec({ shutdown }), "never")).toMatchObject({ shutdown })
  })

  it("may not have the id of another", () => {
    expect(checkSpecs([spec({}), spec({ id: "b" }), spec({})], "never")).toMatchObject({
      ...{ _tag: "DuplicateChildName", value: "a" }
    })
  })
})

describe("a supervisor's flags", () => {
  it("have OTP's defaults: one restart in five seconds, one_for_one, never", () => {
    expect(checkFlags({})).toMatchObject({
      ...{ strategy: "one_for_one", intensity: 1, periodSeconds: 5, autoShutdown: "never" }
    })
  })

  it.each([
    [{ strategy: "all" }, "InvalidStrategy", 'one_for_one, one_for_all or rest_for_one, got "all"'],
    [{ intensity: -1 }, "InvalidIntensity", "an integer from 0, got -1"],
    [{ intensity: 1.5 }, "InvalidIntensity", "got 1.5"],
    [{ periodSeconds: 0 }, "InvalidPeriod", "an integer from 1, got 0"],
    [{ autoShutdown: "always" }, "InvalidAutoShutdown", 'got "always"'],
    [{ childrenMax: 0 }, "InvalidChildrenMax", "an integer from 1, got 0"]
  ])("are refused with the flag, what it may be and what it was: %o", (fields, tag, message) => {
    const refusal = checkFlags(flags(fields)) as FlagsRefusal
    expect(refusal._tag).toBe(tag)
    expect(describeRefusal(refusal)).toContain(message)
  })
})
