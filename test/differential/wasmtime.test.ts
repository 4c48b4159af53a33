import { describe, expect, it } from "vitest"
import { makePriceTable } from "../../src/fuel/PriceTable.ts"
import { bytesOf } from "../fuel/meter/runMetered.ts"
import type { Case, Excluded } from "./Case.ts"
import { collectCases } from "./collectCases.ts"
import { findPython } from "./findPython.ts"
import { runCases } from "./runCases.ts"

/**
 * The meter held against Wasmtime 49, in what a test may take: `npm run wasmtime` does the rest.
 *
 * Skipped, saying so, where no Python has the package; a machine that names one in `MUNITION_PYTHON` cannot skip it.
 */
const found = findPython()
const python = "python" in found ? found.python : ""
const missing = "missing" in found ? `, not compared here: ${found.missing}` : ""

/** Wasmtime compiles a megabyte of one function in five seconds. */
const BYTES_MAX = 500_000
const RANDOM = { count: 60, seed: 20_260_101 }
const TIMEOUT_MS = 120_000

const isSmall = (one: Case | Excluded): boolean => "why" in one || one.wasm.length <= BYTES_MAX

// Where there is no Wasmtime the title says why.
describe.skipIf(missing !== "")(`the meter and Wasmtime 49${missing}`, () => {
  it(
    "agree in values, traps, fuel and final memory, or differ as is known",
    () => {
      const { results, stale } = runCases(python, collectCases(RANDOM).filter(isSmall))
      expect(results.flatMap(({ id, wrong }) => (wrong === undefined ? [] : [`${id}: ${wrong}`]))).toEqual([])
      expect(stale).toEqual([])
      expect(results.filter(({ sameFuel }) => sameFuel).length).toBeGreaterThan(200)
    },
    TIMEOUT_MS
  )

  it(
    "are seen to differ where the meter has a price that is not Wasmtime's",
    () => {
      const one = (id: string, prices: ReturnType<typeof makePriceTable>): Case => ({
        ...{ group: "mutants", id, functionName: "f", args: [], fuel: 1_000 },
        wasm: bytesOf(`(module (func (export "f") nop))`),
        // The cast: the rules below price everything.
        limits: { prices: prices as Exclude<typeof prices, ReadonlyArray<string>> }
      })
      const rules = { id: "test", entry: 1, bulkByte: 1, bulkElement: 1, grownPage: 1 }
      const { results } = runCases(python, [
        one("right", makePriceTable({ ...rules, price: (mnemonic) => (FREE.includes(mnemonic) ? 0 : 1) })),
        one("wrong", makePriceTable({ ...rules, price: () => 1 }))
      ])
      expect(results.map(({ wrong }) => wrong?.slice(0, 5))).toEqual([undefined, "fuel:"])
    },
    TIMEOUT_MS
  )
})

const FREE: ReadonlyArray<string> = ["nop", "end"]
