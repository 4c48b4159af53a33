import fc from "fast-check"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { kernels } from "../bench/kernels.ts"
import { LOST_BY_WASMTIME, PRICED } from "../fuel/meter/priced.ts"
import { bytesOf } from "../fuel/meter/runMetered.ts"
import { generateModule } from "../fuzz/generateModule.ts"
import type { Firing } from "../guests/Header.ts"
import { readGuests } from "../guests/readGuests.ts"
import type { Case, Excluded } from "./Case.ts"

/**
 * What is compared: every firing of every guest, the functions that were counted by hand, the kernels of the
 * bench, and random modules out of a seed.
 */
export const collectCases = (random: {
  readonly count: number
  readonly seed: number
}): ReadonlyArray<Case | Excluded> => [
  ...ofGuests(),
  ...[...PRICED, ...LOST_BY_WASMTIME].map(
    ({ title, wat, args: [n = 0] }): Case => ({
      ...{ group: "counted by hand", id: title, functionName: "f", args: [n], fuel: FUEL, limits: {} },
      wasm: bytesOf(wat)
    })
  ),
  ...kernels().map(
    ({ name, wasm, brief }): Case => ({
      ...{ group: "kernels", id: name, wasm, functionName: "run", args: [brief.argument] },
      ...{ fuel: KERNEL_FUEL, limits: {} }
    })
  ),
  ...randomModules(random.count, random.seed).map(
    (wasm, i): Case => ({
      ...{ group: "random", id: `seed ${random.seed}, module ${i}`, wasm },
      ...{ functionName: "f", args: [], fuel: FUEL, limits: {} }
    })
  )
]

const FUEL = 10_000_000
const KERNEL_FUEL = 1e12
/** Whoever is given more and does not return is stopped by a clock. */
const FUEL_MAX = 200_000_000

const ofGuests = (): ReadonlyArray<Case | Excluded> =>
  readGuests().flatMap(({ header, wasm }) => {
    const group = /sampler\./.test(header.path) ? "sampler" : "guests"
    return header.firings.map((firing): Case | Excluded => {
      const id = [`${header.path}:${firing.line}`, firing.functionName, ...firing.args].join(" ")
      const why = whyNot(firing)
      if (why !== undefined) return { group, id, why }
      return {
        ...{ group, id, wasm: wasm(), functionName: firing.functionName, args: firing.args },
        fuel: firing.options.fuel ?? 100_000,
        limits: limitsOf(firing)
      }
    })
  })

const whyNot = ({ options, expected: { ending } }: Firing): string | undefined => {
  if (ending.outcome === "refused") return "it is refused before there is an instance"
  if (ending.outcome === "crashed" && ending.anyOf.every(({ tag }) => tag === "TimedOut"))
    return "a clock ends it"
  if (ending.outcome === "crashed" && (options.fuel ?? 0) > FUEL_MAX) return "a clock may end it"
  return undefined
}

/** The policy's fields that the meter writes into a module, under the meter's names. */
const limitsOf = ({ options: { limits } }: Firing): Case["limits"] => {
  const { memoryPagesMax, tableElementsMax, objectBytesMax, stackSlotsMax } = {
    ...RUN_POLICY_DEFAULT,
    ...Object.fromEntries(limits)
  }
  return { memoryPagesMax, tableElementsMax, objectBytesMax, slotsMax: stackSlotsMax }
}

const randomModules = (count: number, seed: number): ReadonlyArray<Uint8Array<ArrayBuffer>> =>
  fc
    .sample(fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 500, size: "max" }), {
      numRuns: count,
      seed
    })
    // The first number decides between the two kinds of exceptions; Wasmtime compiles the newer one only.
    .map(([, ...numbers]) => generateModule([0, ...numbers], { alone: true }))
