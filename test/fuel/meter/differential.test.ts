import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { WASMTIME_PRICES } from "../../../src/fuel/PriceTable.ts"
import { decoded } from "../../wasm/modules.ts"
import { generateModule } from "./generateModule.ts"
import { meterNaively } from "./meterNaively.ts"
import { attempt, MeteredInstance, type Run } from "./runMetered.ts"

/** Laws on random modules, each run without the meter, with it, and with the meter that a child would write. */

const tape = fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 500, size: "max" })
const RUNS = { numRuns: 100 }

const instantiate = (bytes: Uint8Array<ArrayBuffer>) =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes))

const callF = ({ exports }: WebAssembly.Instance): Run => {
  const { f } = exports
  return attempt(() => (typeof f === "function" ? f() : undefined))
}

/** What a run left behind: memories by their hash, globals by their value. */
const state = ({ exports }: WebAssembly.Instance): ReadonlyArray<unknown> =>
  Object.values(exports).flatMap((value) =>
    value instanceof WebAssembly.Memory
      ? [value.buffer.byteLength, createHash("sha1").update(new Uint8Array(value.buffer)).digest("hex")]
      : value instanceof WebAssembly.Global && typeof value.value !== "function"
        ? [value.value]
        : []
  )

const guestState = (guest: MeteredInstance) =>
  state({
    exports: Object.fromEntries(
      Object.entries(guest.instance.exports).filter(([name]) => !name.startsWith("munition:"))
    )
  })

describe("a metered module", () => {
  it("returns, traps and leaves behind what the module does without a meter", () => {
    fc.assert(
      fc.property(tape, fc.constantFrom("engine", "canonical"), (numbers, nan) => {
        const bytes = generateModule(numbers)
        const plain = instantiate(bytes)
        const guest = new MeteredInstance(bytes, { nan })
        const [expected, got] = [callF(plain), guest.call("f")]
        expect([got.trap, got.values]).toEqual([expected.trap, expected.values])
        expect(guestState(guest)).toEqual(state(plain))
      }),
      RUNS
    )
  })

  it("charges a run that returns as much as counting before every instruction does", () => {
    let returned = 0
    fc.assert(
      fc.property(tape, (numbers) => {
        const bytes = generateModule(numbers)
        const naive = instantiate(meterNaively(decoded(bytes), WASMTIME_PRICES))
        const { values } = callF(naive)
        // The cast: the naive meter's export is a global of i64.
        const units = Number((naive.exports["units"] as WebAssembly.Global).value)
        const { charged } = new MeteredInstance(bytes).call("f")
        if (values === undefined) expect(charged).toBeGreaterThanOrEqual(units)
        else {
          returned++
          expect(charged).toBe(units)
        }
      }),
      RUNS
    )
    expect(returned).toBeGreaterThan(RUNS.numRuns / 3)
  })

  it("charges the same in slices of any size", () => {
    fc.assert(
      fc.property(tape, fc.integer({ min: 0, max: 500 }), (numbers, sliceMax) => {
        const bytes = generateModule(numbers)
        const whole = new MeteredInstance(bytes).call("f")
        const sliced = new MeteredInstance(bytes, { sliceMax }).call("f")
        expect([sliced.trap, sliced.values]).toEqual([whole.trap, whole.values])
        // At a trap both are bounds.
        if (whole.values !== undefined) expect(sliced.charged).toBe(whole.charged)
      }),
      RUNS
    )
  })

  it("does the same with two allowances, up to where the smaller one ends", () => {
    fc.assert(
      fc.property(tape, fc.nat(2000), fc.nat(2000), (numbers, fuel, more) => {
        const bytes = generateModule(numbers)
        const small = new MeteredInstance(bytes, { fuel }).call("f")
        const large = new MeteredInstance(bytes, { fuel: fuel + more }).call("f")
        if (small.charged > fuel) expect(large.charged).toBeGreaterThan(fuel)
        else {
          expect(large.values).toEqual(small.values)
          if (small.values !== undefined) expect(large.charged).toBe(small.charged)
        }
      }),
      RUNS
    )
  })

  it("stops with `unreachable` when its fuel is out, and cannot go on", () => {
    fc.assert(
      fc.property(tape, fc.nat(300), (numbers, fuel) => {
        const guest = new MeteredInstance(generateModule(numbers), { fuel })
        const run = guest.call("f")
        if (run.stop === "fuel") {
          expect(run.trap).toBe("unreachable")
          expect(run.charged).toBeGreaterThan(fuel)
        } else if (run.charged <= fuel) expect(run.stop).toBeUndefined()
      }),
      RUNS
    )
  })
})
