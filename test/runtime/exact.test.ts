import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  PLACEMENT_DEFAULT,
  PLACEMENT_EXACT,
  PLACEMENT_RULES,
  type Placement
} from "../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import type { FailedReport, FiringReport } from "../../src/runtime/Firing.ts"
import { V8Engine } from "../../src/runtime/worker/V8Engine.ts"
import { decodeInstructions } from "../../src/wasm/Instruction.ts"
import { OP } from "../../src/wasm/Opcodes.ts"
import { bodiesOf } from "../../src/wasm/sectionOf.ts"
import { attempt } from "../fuel/meter/runMetered.ts"
import { generateModule } from "../fuzz/generateModule.ts"
import { meterNaively } from "../fuzz/meterNaively.ts"
import { engineHas } from "../guests/features.ts"
import { readGuests } from "../guests/readGuests.ts"
import { decoded } from "../wasm/modules.ts"
import { endOf, fireHere, type HereOptions } from "./fireHere.ts"

/**
 * The laws of a failed firing's fuel: exact is what a meter counts that asks before every instruction, and the
 * outcome, and what is exact of the fuel, do not depend on where the meter charges.
 */
const tape = fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 500, size: "max" })

const failed = (report: FiringReport): FailedReport => {
  if (report.kind !== "failed") throw new Error(`it did not fail: ${report.kind}`)
  return report
}

const fuelOf = (report: FiringReport) => failed(report).evidence.fuel

const unitsOfNaive = (wasm: Uint8Array, functionName: string, args: ReadonlyArray<unknown>): number => {
  const bytes = meterNaively(decoded(wasm), WASMTIME_PRICES)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  const run = attempt(() => (exports[functionName] as (...args: ReadonlyArray<unknown>) => unknown)(...args))
  if (run.values !== undefined) throw new Error("it returned")
  // The casts: the guest's function, and the naive meter's global of i64.
  return Number((exports["units"] as WebAssembly.Global).value)
}

const drops = (wasm: Uint8Array): boolean =>
  bodiesOf(decoded(wasm)).some(({ code }) =>
    decodeInstructions(code).some(({ op }) => op === OP["data.drop"] || op === OP["elem.drop"])
  )

describe("the fuel of a guest that trapped", () => {
  it.each<[what: string, units: number, wat: string]>([
    ["before its first instruction that costs", 1, "unreachable"],
    ["amid a straight run", 4, "(drop (i32.div_s (i32.const 1) (i32.const 0))) (drop (i32.const 1))"],
    ["in an arm", 5, "(if (i32.const 1) (then (drop (i32.load (i32.const -1))) (drop (i32.const 1))))"],
    // Entry, two rounds of 12, and 8 up to the load.
    [
      "in the third round of a loop",
      1 + 2 * 12 + 8,
      `(loop $again
         (local.set 0 (i32.add (local.get 0) (i32.const 1)))
         (drop (i32.load (i32.mul (local.get 0) (i32.const 30000))))
         (br_if $again (i32.lt_u (local.get 0) (i32.const 9))))`
    ],
    ["in a callee", 1 + 1 + 1, "(call $trap) (drop (i32.const 1)) (drop (i32.const 1))"],
    ["in a fill that lies outside", 1 + 4, "(memory.fill (i32.const 0) (i32.const 1) (i32.const 90000))"],
    ["after a fill", 1 + 4 + 100, "(memory.fill (i32.const 0) (i32.const 1) (i32.const 100)) unreachable"]
  ])("%s is exact: %i units", (_, units, wat) => {
    const report = fireHere(
      `(module (memory 1) (func $trap unreachable (drop (i32.const 1)))
         (func (export "main") (local i32) ${wat}))`
    )
    expect(fuelOf(report)).toEqual({
      allocated: 100_000,
      used: units,
      remaining: 100_000 - units,
      exactness: "exact",
      why: undefined
    })
    expect(failed(report).fuel.used).toBe(units)
  })

  it("law: is what the naive meter counts, on random modules", () => {
    fc.assert(
      fc.property(tape, (numbers) => {
        const wasm = generateModule(numbers, { alone: true })
        const report = fireHere(wasm, { functionName: "f", policy: { nan: "canonical" } })
        // What an init moves is charged before it finds that its segment was dropped.
        fc.pre(endOf(report) === "failed Trapped" && !drops(wasm))
        expect(fuelOf(report)).toMatchObject({ exactness: "exact", used: unitsOfNaive(wasm, "f", []) })
      }),
      { numRuns: 15, maxSkipsPerRun: 200 }
    )
  })
})

// The bombs are refused, or so large that an exact build of them is.
const firings = readGuests()
  .filter(({ header }) => header.needs.every(engineHas) && !header.path.startsWith("bombs"))
  .flatMap(({ header, wasm }) =>
    header.firings
      .filter(({ expected }) => expected.ending.outcome === "crashed")
      .map((firing) => ({ path: `${header.path}:${firing.line}`, wasm, ...firing }))
  )
  // What a clock decides is decided anew each time, and slowly.
  .filter(({ options }) => options.timeoutMs === undefined)

const optionsOf = ({ functionName, args, options }: (typeof firings)[number]): HereOptions => ({
  functionName,
  args,
  ...(options.fuel === undefined ? {} : { fuel: Number(options.fuel) }),
  grants: options.grants,
  // The cast: what is no such feature is refused.
  policy: { exactFuelMax: 1_000_000, ...Object.fromEntries(options.limits), allow: options.allow as [] }
})

/** Each as it ships, fired once for all the tests. */
const shipped = new Map<string, FiringReport>()
const asShipped = (fired: (typeof firings)[number]): FiringReport => {
  const report = shipped.get(fired.path) ?? fireHere(fired.wasm(), optionsOf(fired))
  shipped.set(fired.path, report)
  return report
}
/** For all guests, on a machine that does other things too. */
const SLOW_MS = 120_000

describe("a guest of test-wasm that fails", () => {
  // The naive meter does not know what is moved in arrays.
  const trapping = firings.filter(({ path }) => path.startsWith("traps/") && !path.includes("arrays"))
  it.each(trapping)("$path: has consumed what the naive meter counts", (fired) => {
    const wasm = fired.wasm()
    const args = fired.args.map((arg) => (fired.functionName.endsWith("64") ? BigInt(arg) : Number(arg)))
    expect(fuelOf(fireHere(wasm, optionsOf(fired)))).toMatchObject({
      exactness: "exact",
      used: unitsOfNaive(wasm, fired.functionName, args)
    })
  })

  it(
    "has exact fuel wherever nothing but itself decided its end, and it had not been charged too much",
    () => {
      const reports = firings.map((fired) => ({ fired, report: asShipped(fired) }))
      const bounds = reports.flatMap(({ fired, report }) =>
        report.kind === "failed" && report.evidence.fuel.exactness === "bound"
          ? [`${fired.path} ${report.reason._tag}: ${report.evidence.fuel.why}`]
          : []
      )
      expect(
        bounds.filter(
          (one) => !/EngineLost|Cancelled|exactFuelMax|took longer|relaxed-simd|threads/.test(one)
        )
      ).toEqual([])
      expect(bounds.length).toBeLessThan(reports.length / 3)
    },
    SLOW_MS
  )
})

const placements: ReadonlyArray<readonly [name: string, placement: Placement]> = [
  ["every instruction alone", PLACEMENT_EXACT],
  ...PLACEMENT_RULES.map((rule) => [`no ${rule}`, { ...PLACEMENT_DEFAULT, [rule]: false }] as const)
]

/** What must not depend on where the meter charges. */
const decidedOf = (report: FiringReport): unknown => {
  if (report.kind === "returned") return { end: "returned", used: report.fuel.used }
  if (report.kind !== "failed") return report.kind
  const { reason, evidence } = report
  return {
    end: reason._tag === "Trapped" ? [reason.kind, reason.at] : reason._tag,
    used: evidence.fuel.exactness === "exact" ? evidence.fuel.used : evidence.fuel.why
  }
}

const UNSETTLED = /exactFuelMax|took longer/

describe.each(placements)("law: the outcome, and exact fuel, with the placement: %s", (_, placement) => {
  const other = new V8Engine(undefined, undefined, placement)

  it(
    "are those of what ships, for every guest of test-wasm that fails",
    () => {
      const differ = firings.flatMap((fired) => {
        const ships = decidedOf(asShipped(fired))
        const others = decidedOf(fireHere(fired.wasm(), optionsOf(fired), { engine: other }))
        // What was not run again says so, with what it was charged; a busy machine may be too slow for one.
        const same =
          JSON.stringify(ships) === JSON.stringify(others) || UNSETTLED.test(JSON.stringify([ships, others]))
        return same ? [] : [[fired.path, ships, others]]
      })
      expect(differ).toEqual([])
    },
    SLOW_MS
  )

  it("are those of what ships, for random modules with any allowance", () => {
    fc.assert(
      fc.property(tape, fc.nat(400), (numbers, fuel) => {
        const wasm = generateModule(numbers, { alone: true })
        const options = { functionName: "f", fuel, policy: { nan: "canonical" } } as const
        expect(decidedOf(fireHere(wasm, options, { engine: other }))).toEqual(
          decidedOf(fireHere(wasm, options))
        )
      }),
      { numRuns: 100 }
    )
  })
})

it("ends a guest as trapped exactly when its fuel reaches to the trap, however much was charged ahead", () => {
  const wat = `(module (memory 1) (func (export "main")
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.load (i32.const -1)))
    (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1))))`
  const ends = Array.from({ length: 12 }, (_, fuel) => endOf(fireHere(wat, { fuel })))
  expect(ends.indexOf("failed Trapped")).toBe(5)
  expect(new Set(ends.slice(5))).toEqual(new Set(["failed Trapped"]))
  expect(new Set(ends.slice(0, 5))).toEqual(new Set(["failed OutOfFuel"]))
  // Without the second run the first charge would have decided: nine units are charged at the entry.
  const policy = { exactFuelMax: 0 }
  expect(
    Array.from({ length: 12 }, (_, fuel) => endOf(fireHere(wat, { fuel, policy }))).indexOf("failed Trapped")
  ).toBe(9)
})
