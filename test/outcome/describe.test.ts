import { describe, expect, it } from "vitest"
import { Crash } from "../../src/outcome/Crash.ts"
import {
  describeCrashReason,
  EngineLost,
  GuestException,
  HostFailed,
  Trapped
} from "../../src/outcome/CrashReason.ts"
import { Refused } from "../../src/outcome/Refused.ts"
import {
  BadArguments,
  CapabilityDenied,
  describeRefusedReason,
  LimitExceeded,
  Malformed,
  UnknownFunction,
  Unsupported
} from "../../src/outcome/RefusedReason.ts"

/** Clears a terminal, forges a line, turns the direction of writing. */
const HOSTILE = "\u001b[2J\nok: granted\u202e\u0007"

describe("a reason's sentence", () => {
  it.each([
    new Malformed(`Duplicate export name '${HOSTILE}'`, 7),
    new LimitExceeded(HOSTILE, 1, 2),
    new CapabilityDenied(HOSTILE, HOSTILE, undefined, HOSTILE),
    new UnknownFunction(HOSTILE, [HOSTILE]),
    new BadArguments(HOSTILE, "i32", HOSTILE),
    new Unsupported("gc", HOSTILE)
  ])("cannot act on the terminal that shows it, whatever a guest called things: $_tag", (reason) => {
    expect(describeRefusedReason(reason)).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(new Refused(reason).message).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  it.each([
    new Trapped("unknown", undefined, HOSTILE),
    new HostFailed(HOSTILE, HOSTILE, HOSTILE),
    new EngineLost(HOSTILE),
    new GuestException(0, [HOSTILE])
  ])("is one line where the guest failed: $_tag", (reason) => {
    expect(describeCrashReason(reason)).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  it("has a bound, however long the names are", () => {
    expect(describeRefusedReason(new UnknownFunction("x".repeat(1e6), [])).length).toBeLessThan(2_000)
    expect(describeCrashReason(new EngineLost("x".repeat(1e6))).length).toBeLessThan(2_000)
  })

  it("is what the error says", () => {
    const reason = new EngineLost("gone")
    // The cast: nothing but the reason is read.
    expect(new Crash(reason, {} as Crash["forensics"], {} as Crash["metadata"]).message).toBe(
      describeCrashReason(reason)
    )
  })
})
