import type { MeteredModule } from "../../src/fuel/meter/MeteredModule.ts"
import { PLACEMENT_DEFAULT, PLACEMENT_RULES, type Placement } from "../../src/fuel/meter/Placement.ts"
import { changeSection } from "../../src/fuel/meter/sections.ts"
import { makePriceTable, type PriceTable, WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { decodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import { OP, OPCODES } from "../../src/wasm/Opcodes.ts"
import { codeOf } from "../wasm/code.ts"
import { decoded } from "../wasm/modules.ts"
import type { LAWS, NAN_LAWS, Tampering } from "./laws.ts"

/**
 * Meters that are wrong in one thing, and the law that must find each out.
 *
 * Most are made by changing one kind of instruction in the guest's functions after they were metered, whatever
 * placement wrote them.
 */
export interface Mutant {
  readonly title: string
  readonly law: keyof typeof LAWS | keyof typeof NAN_LAWS
  readonly tampering: Tampering
  /** The module that shows it, where one in a few hundred random ones might not. */
  readonly wat?: string
}

type Change = (
  instruction: Instruction,
  i: number,
  all: ReadonlyArray<Instruction>,
  made: MeteredModule
) => Instruction

/** Changes instructions of the guest's functions. */
const changed =
  (change: Change) =>
  (made: MeteredModule): Uint8Array<ArrayBuffer> => {
    const module = decoded(made.bytes)
    const guests = made.plan.bodyOffsets.length
    return encodeModule(
      changeSection(module, "code", (old) => ({
        kind: "code",
        bodies: (old?.bodies ?? []).map((body, index) => {
          if (index >= guests) return body
          const code = decodeInstructions(body.code).map((one, i, all) => change(one, i, all, made))
          return { offset: 0, locals: body.locals, code: codeOf(code) }
        })
      }))
    )
  }

/** An amount that is taken from the counter, be that in the global or in a local that is loaded from it. */
const isCharge: (...place: Parameters<Change>) => boolean = ({ op }, i, all, { plan }) =>
  op === OP["i32.const"] &&
  all[i + 1]?.op === OP["i32.sub"] &&
  all[i + 2]?.op === OP["global.set"] &&
  all[i + 2]?.a === plan.layout.fuelGlobal

/** The zero that the counter is compared with. */
const isLimit: (...place: Parameters<Change>) => boolean = ({ op }, i, all, { plan }) =>
  op === OP["i32.const"] &&
  all[i + 1]?.op === OP["i32.lt_s"] &&
  all[i - 1]?.op === OP["global.get"] &&
  all[i - 1]?.a === plan.layout.fuelGlobal

/** With no rule on: what is written has one form then, whatever rules there are. */
const PLAINEST: Placement = {
  ...PLACEMENT_DEFAULT,
  // The names of the rules are booleans of the placement, as its type says.
  ...Object.fromEntries(PLACEMENT_RULES.map((rule) => [rule, false]))
}

const priced = (id: string, change: (mnemonic: string) => number | undefined, entry = 1): PriceTable => {
  const table = makePriceTable({
    ...WASMTIME_PRICES,
    id,
    entry,
    price: (mnemonic) =>
      change(mnemonic) ?? WASMTIME_PRICES.instruction[OPCODES.findIndex((row) => row.mnemonic === mnemonic)]
  })
  if (!("instruction" in table)) throw new Error(`no price table: ${table.join(", ")}`)
  return table
}

export const MUTANTS: ReadonlyArray<Mutant> = [
  {
    title: "charges a unit too much for a call",
    law: "placementsAgree",
    tampering: { prices: priced("call 2", (mnemonic) => (mnemonic === "call" ? 2 : undefined)) }
  },
  {
    title: "charges two for entering a function",
    law: "placementsAgree",
    tampering: { prices: priced("entry 2", () => undefined, 2) }
  },
  {
    title: "takes a unit too little at each charge",
    law: "placementsAgree",
    tampering: {
      placement: PLAINEST,
      spoil: changed((one, ...place) => (isCharge(one, ...place) ? { ...one, a: one.a - 1 } : one))
    }
  },
  {
    title: "leaves the charges of one in three out",
    law: "placementsAgree",
    tampering: {
      placement: PLAINEST,
      spoil: changed((one, i, ...place) =>
        isCharge(one, i, ...place) && i % 3 === 0 ? { ...one, a: 0 } : one
      )
    }
  },
  {
    title: "subtracts where the guest adds",
    law: "placementsAgree",
    tampering: {
      // With its rules on the meter adds too.
      placement: PLAINEST,
      spoil: changed((one) => {
        const difference = DIFFERENCES.get(one.op)
        return difference === undefined ? one : { ...one, op: difference }
      })
    }
  },
  {
    title: "leaves a call of the guest's out of what the host sees",
    law: "placementsAgree",
    tampering: {
      spoil: changed((one) => (one.op === OP["call"] && one.a === 2 ? { ...one, a: 0 } : one))
    }
  },
  {
    title: "charges ahead where it was told to be exact",
    law: "placementsAgree",
    tampering: { placement: { ...PLACEMENT_DEFAULT, exact: true }, spoil: aheadByOne() }
  },
  {
    title: "hands out a unit more than it books",
    law: "slicesDoNotMatter",
    tampering: { spoilRefill: (counter) => (counter > 0 ? counter + 1 : counter) }
  },
  {
    title: "hands out a unit more than there is",
    law: "allowancesAgree",
    tampering: { spoilRefill: (counter) => counter + 1 }
  },
  {
    title: "never looks at its counter",
    law: "allowancesAgree",
    wat: `(module (func (export "f") (local i32) loop $l
      (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 200000))) end))`,
    tampering: {
      placement: PLAINEST,
      spoil: changed((one, ...place) => (isLimit(one, ...place) ? { ...one, a: -(2 ** 31) } : one))
    }
  },
  {
    title: "maps the offsets of another meter",
    law: "trapsMapBack",
    tampering: { nan: "canonical" }
  },
  {
    title: "leaves NaNs as they are",
    law: "nansAreCanonical",
    tampering: { nan: "engine" }
  }
]

const DIFFERENCES: ReadonlyMap<number, number> = new Map([
  [OP["i32.add"], OP["i32.sub"]],
  [OP["i64.add"], OP["i64.sub"]],
  [OP["f64.add"], OP["f64.sub"]],
  [OP["i32x4.add"], OP["i32x4.sub"]]
])

/** Charges a unit ahead at every other charge. */
function aheadByOne() {
  return changed((one, i, all, made) => {
    if (!isCharge(one, i, all, made)) return one
    const charges = all.flatMap((other, at) => (isCharge(other, at, all, made) ? [at] : []))
    return one.a > 0 && charges.indexOf(i) % 2 === 0 ? { ...one, a: one.a + 1 } : one
  })
}
