import { describe, expect, it } from "vitest"
import { BUILTINS } from "../../../src/host/builtin/table.ts"
import { importKey } from "../../../src/host/HostDeclaration.ts"
import { link } from "../../../src/host/link.ts"
import type { JournalEvidence } from "../../../src/outcome/Evidence.ts"
import { isMissing, Missing } from "../../../src/outcome/Missing.ts"
import type { FailedReport } from "../../../src/runtime/Firing.ts"
import { FiringCell } from "../../../src/runtime/FiringCell.ts"
import type { Engine, EngineInstance } from "../../../src/runtime/worker/Engine.ts"
import type { FiringServices } from "../../../src/runtime/worker/FiringServices.ts"
import { callAtOnce } from "../../../src/runtime/worker/GuestCall.ts"
import { builtinCalls } from "../../../src/runtime/worker/HostBridge.ts"
import { runExactly } from "../../../src/runtime/worker/runExactly.ts"
import { parseWat } from "../../guests/wat.ts"
import { fireHere, type HereOptions, requestFor, v8Engine } from "../fireHere.ts"

const failed = (
  wat: string | Uint8Array,
  options: HereOptions = {},
  changed: Partial<FiringServices> = {}
): FailedReport => {
  const report = fireHere(wat, options, changed)
  if (report.kind !== "failed") throw new Error(`it did not fail: ${report.kind}`)
  return report
}
const whyOf = (report: FailedReport) => report.evidence.fuel.why

/** Keeps what the host answers in memory and in a global, reads a line of memory, and traps. */
const KEEPS = `(module
  (import "env" "get_time_ms" (func $now (result i64)))
  (import "env" "get_random_u32" (func $random (result i32)))
  (import "env" "log_info" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (global $kept (mut i32) (i32.const 0))
  (func (export "main") (local i32)
    (loop $again
      (i64.store (i32.mul (local.get 0) (i32.const 16)) (call $now))
      (global.set $kept (call $random))
      (i32.store offset=8 (i32.mul (local.get 0) (i32.const 16)) (global.get $kept))
      (call $log (i32.const 0) (i32.const 64))
      (br_if $again (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 7))))
    unreachable
    (drop (i32.const 1))))`
const GRANTS = ["time", "random", "log"]

describe("running a failed firing again", () => {
  it("answers from the journal and calls no host a second time", () => {
    const calls = new Map<string, number>()
    const locals = new Map(
      [...builtinCalls()].map(([name, call]) => [
        name,
        (...given: Parameters<typeof call>) => {
          calls.set(name, (calls.get(name) ?? 0) + 1)
          return call(...given)
        }
      ])
    )
    const lines: Array<string> = []
    const report = failed(KEEPS, { grants: GRANTS }, { locals, emitLog: ({ text }) => void lines.push(text) })
    expect(report.evidence.fuel.exactness).toBe("exact")
    expect(report.evidence.journal.entries).toHaveLength(21)
    expect([...calls.values()].reduce((sum, count) => sum + count, 0)).toBe(21)
    expect(calls.get(importKey("env", "log_info"))).toBe(7)
    expect(lines).toHaveLength(7)
    // What the host read of the guest's memory was paid for again: 64 bytes a line, and the prices of 21 calls.
    const paid = 7 * (250 + 250 + 1_000 + 64)
    expect(report.fuel.used).toBe(1 + paid + 7 * 22)
  })

  it("reaches the same memories, globals and tables, byte for byte", () => {
    const bytes = parseWat("keeps", KEEPS)
    const end = again(bytes, failed(bytes, { grants: GRANTS, policy: CANONICAL }))
    if (isMissing(end)) throw new Error(end.why)
    const report = failed(bytes, { grants: GRANTS, policy: CANONICAL })
    const other = again(bytes, report)
    if (isMissing(other)) throw new Error(other.why)
    const { memories, globals, tables } = report.evidence
    expect(other.captured).toEqual({ memories, globals, tables })
    // Chance is real, so two firings differ where one and its repetition do not.
    expect(end.captured).not.toEqual(other.captured)
  })

  it.each<[what: string, tamper: (journal: JournalEvidence) => JournalEvidence, why: RegExp]>([
    [
      "an answer of another import",
      change((entries) => [...entries.slice(1, 2), ...entries.slice(0, 1), ...entries.slice(2)]),
      /diverged: asked env.get_time_ms, recorded env.get_random_u32/
    ],
    [
      "an answer less",
      change((entries) => entries.slice(0, -1)),
      /diverged: asked env.log_info, but there were/
    ],
    [
      "an answer more",
      change((entries) => [...entries, ...entries.slice(0, 1)]),
      /diverged: it did not ask for 1/
    ],
    [
      "an answer of another type",
      change(([first, ...rest]) => [...(first ? [{ ...first, results: ["1.5"] }] : []), ...rest]),
      /diverged: env.get_time_ms has results \(i64\), recorded \(1.5\)/
    ],
    [
      "a write outside memory",
      change(([first, ...rest]) => [
        ...(first ? [{ ...first, writes: [{ offset: 65_535, bytes: Uint8Array.of(1, 2) }] }] : []),
        ...rest
      ]),
      /diverged: a write of 2 bytes at 65535: memory has 65536/
    ]
  ])("diverges with a journal that has %s", (_, tamper, why) => {
    const bytes = parseWat("keeps", KEEPS)
    const end = again(bytes, failed(bytes, { grants: GRANTS }), tamper)
    expect(end).toBeInstanceOf(Missing)
    expect(isMissing(end) && end.why).toMatch(why)
  })

  it("leaves the fuel a bound when the host is remembered to have said something else", () => {
    // As if the journal had kept another time than the guest was told: the same trap, another memory.
    const lying: Engine = {
      ...engineOf(),
      instantiate: (compiled, host) => {
        const { caller } = host
        const call: typeof caller.call = (one, args) => {
          const results = caller.call(one, args)
          return compiled.placement.exact && one.declaration.name === "get_time_ms" && results
            ? [5n]
            : results
        }
        return v8Engine.instantiate(compiled, { ...host, caller: { fault: undefined, call } })
      }
    }
    const report = failed(KEEPS, { grants: GRANTS }, { engine: lying })
    expect(report.evidence.fuel.exactness).toBe("bound")
    expect(whyOf(report)).toBe("run again, it diverged: memory 0 is another")
  })
})

describe("the fuel of a failed firing is a bound, and says why,", () => {
  const trap = `(module (memory 1) (func (export "main") (i32.store (i32.const 0) (i32.const 1)) unreachable))`

  it.each<[what: string, report: () => FailedReport, why: RegExp]>([
    [
      "when its policy has it never run again",
      () => failed(trap, { policy: { exactFuelMax: 0 } }),
      /^exactFuelMax/
    ],
    [
      "when the clock stopped it",
      () => failed(`(module (func (export "main") (loop (br 0))))`, { fuel: 1e12, timeoutMs: 20 }),
      /the clock/
    ],
    [
      "when its caller had stopped it",
      () => {
        const cell = new FiringCell()
        const cancelling: Engine = {
          ...engineOf(),
          instantiate: (compiled, host) => {
            const made = v8Engine.instantiate(compiled, host)
            return { ...bound(made), start: () => cell.cancel() }
          }
        }
        return failed(
          `(module (func (export "main") (loop (br 0))))`,
          { fuel: 1e12, cell },
          { engine: cancelling }
        )
      },
      /caller/
    ],
    [
      "when it uses what makes one run differ from the next",
      () =>
        failed(
          `(module (memory 1 1 shared) (func (export "main") (i32.store (i32.const 0) (i32.const 1)) unreachable))`,
          { policy: { allow: ["threads"] } }
        ),
      /threads/
    ],
    [
      "when the journal is not whole",
      () =>
        failed(
          `(module (import "env" "get_random_u32" (func $r (result i32))) (func (export "main") (local i32)
            (loop $again (drop (call $r))
              (br_if $again (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 40005))))
            unreachable))`,
          { grants: ["random"], fuel: 2e7, policy: { exactFuelMax: 1e8 } }
        ),
      /^of 40005 host answers only 40000 were kept$/
    ],
    [
      "when it would take longer than the firing was given",
      () => failed(trap, { timeoutMs: 100, fuel: 1e12 }, { engine: { ...engineOf(), compileExact: slowly } }),
      /^run again, it took longer than 100 ms$/
    ],
    [
      "when the engine has no exact build",
      () => failed(trap, {}, { engine: { ...engineOf(), compileExact: () => new Missing("none") } }),
      /^none$/
    ]
  ])("%s", (_, report, why) => {
    const { exactness, why: said } = report().evidence.fuel
    expect(exactness).toBe("bound")
    expect(said).toMatch(why)
  })
})

it("counts a firing that failed in a host call to the unit, without running it again", () => {
  const engine: Engine = {
    ...engineOf(),
    compileExact: () => {
      throw new Error("it was run again")
    }
  }
  const wat = `(module (import "env" "log_info" (func $log (param i32 i32))) (memory 1)
    (func (export "main") (call $log (i32.const 65530) (i32.const 7)) (drop (i32.const 1))))`
  const report = failed(wat, { grants: ["log"] }, { engine })
  expect(report.reason).toMatchObject({ _tag: "Trapped", kind: "out of bounds memory access" })
  expect(report.evidence.fuel).toMatchObject({ exactness: "exact", used: 1 + 3 + 1_000 })
})

/** An exact build of something that never ends. */
const slowly: NonNullable<Engine["compileExact"]> = (_known, _bytes, policy) => {
  const endless = v8Engine.compile(
    parseWat("endless", `(module (func (export "main") (loop (br 0))))`),
    policy
  )
  if ("_tag" in endless) throw new Error(endless._tag)
  return endless
}

const CANONICAL = { nan: "canonical" } as const

function change(
  of: (entries: JournalEvidence["entries"]) => JournalEvidence["entries"]
): (journal: JournalEvidence) => JournalEvidence {
  return ({ entries, dropped }) => ({ entries: of(entries), dropped })
}

/** Runs a firing again from its report, with a journal that was perhaps tampered with. */
function again(
  bytes: Uint8Array,
  { evidence }: FailedReport,
  tamper: (journal: JournalEvidence) => JournalEvidence = (journal) => journal
) {
  const { policy, grants, fuel } = requestFor(bytes, { grants: GRANTS, policy: CANONICAL })
  const compiled = v8Engine.compile(bytes, policy)
  if ("_tag" in compiled) throw new Error(compiled._tag)
  const links = link(
    compiled.imports,
    grants,
    BUILTINS.map(({ declaration }) => declaration)
  )
  if ("_tag" in links) throw new Error(links._tag)
  return callAtOnce(
    runExactly({
      engine: v8Engine,
      ...{ compiled, bytes, policy, links, fuel },
      functionName: "main",
      args: [],
      journal: tamper(evidence.journal),
      timeoutMs: 5_000,
      isCancelled: () => false,
      turns: undefined
    })
  )
}

/** The engine as plain fields, for tests that put something else in place of one. */
function engineOf(): Engine {
  const { name, versions } = v8Engine
  return {
    name,
    versions,
    compile: (bytes, policy) => v8Engine.compile(bytes, policy),
    compileExact: (known, bytes, policy) => v8Engine.compileExact(known, bytes, policy),
    instantiate: (compiled, host) => v8Engine.instantiate(compiled, host)
  }
}

/** An instance as plain fields, for the same. */
function bound(made: EngineInstance): EngineInstance {
  return {
    start: () => made.start(),
    call: (name, args) => made.call(name, args),
    renew: () => made.renew(),
    fuelRemaining: () => made.fuelRemaining(),
    counter: () => made.counter(),
    memoryBytes: () => made.memoryBytes(),
    memorySize: () => made.memorySize(),
    capture: () => made.capture(),
    cleanUp: () => made.cleanUp()
  }
}
