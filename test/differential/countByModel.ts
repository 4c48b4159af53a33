import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { decodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import type { Body } from "../../src/wasm/Module.ts"
import { type Mnemonic, OPCODES } from "../../src/wasm/Opcodes.ts"
import { appendUnits, changeBodies, codeOf, localCount, plain } from "../wasm/code.ts"
import type { Prepared } from "./prepareCase.ts"
import { importsOf } from "./runOnV8.ts"

/**
 * What a call should consume, counted the slow way, and what Wasmtime makes of it.
 *
 * `exact` counts every instruction before it runs. `wasmtime` adds its two leaks, to tell what is known from what is
 * not: its counter is in a local of the function, read back after a call that returns, but not where an exception
 * left the call: the handler goes on with the count from before it, and what the callee consumed is lost. And a
 * growth by a constant is charged before it is known whether it fails. Not modelled: calls by reference, around
 * which it neither writes nor reads, and objects.
 *
 * *Returns* the units of a case that returns, `undefined` where the model does not reach.
 */
export const countByModel = (
  { case: one, imports, args }: Prepared,
  counting: "exact" | "wasmtime"
): number | undefined => {
  const module = decodeModule(one.wasm)
  if (module instanceof Malformed) return undefined
  const units = new IndexSpaces(module).globals.length
  let reached = true
  const counted = changeBodies(module, (body, params) => {
    const made = countBody(body, params, units, counting)
    reached &&= made !== undefined
    return made ?? body
  })
  if (!reached) return undefined
  const bytes = encodeModule(appendUnits(counted, UNITS))
  // The model counts with 32-bit numbers of bytes; what it cannot count it does not explain.
  if (!WebAssembly.validate(bytes)) return undefined
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), importsOf(imports))
  // The casts: the one export is made above, the other is what the case calls.
  const counter = exports[UNITS] as WebAssembly.Global<"i64">
  const target = exports[one.functionName] as (...given: ReadonlyArray<unknown>) => unknown
  counter.value = 0n
  target(...args)
  return Number(counter.value)
}

const UNITS = "munition:units"

const countBody = (
  body: Body,
  params: number,
  units: number,
  counting: "exact" | "wasmtime"
): Body | undefined => {
  const counter = localCount(body, params)
  const amount = counter + 1
  const grown = counter + 2
  const add = (...value: ReadonlyArray<Instruction>) => [
    counting === "exact" ? plain("global.get", { a: units }) : plain("local.get", { a: counter }),
    ...value,
    plain("i64.add"),
    plain("local.tee", { a: counter }),
    plain("global.set", { a: units })
  ]
  const load = [plain("global.get", { a: units }), plain("local.set", { a: counter })]
  const store = [plain("local.get", { a: counter }), plain("global.set", { a: units })]
  const price = (cost: number) => (cost === 0 ? [] : add(plain("i64.const", { big: BigInt(cost) })))
  const code = [...load, ...price(WASMTIME_PRICES.entry)]
  const moved = add(plain("local.get", { a: amount }), plain("i64.extend_i32_u"))
  let before: Mnemonic = "nop"
  for (const instruction of decodeInstructions(body.code)) {
    const mnemonic = OPCODES[instruction.op]?.mnemonic ?? "nop"
    if (UNMODELLED.test(mnemonic)) return undefined
    if (counting === "wasmtime" && LEAVES.test(mnemonic)) code.push(...store)
    code.push(...price(WASMTIME_PRICES.instruction[instruction.op] ?? 0))
    if (!MOVES.has(mnemonic)) code.push(instruction)
    else if (!mnemonic.endsWith(".grow") || (counting === "wasmtime" && before === "i32.const"))
      code.push(plain("local.tee", { a: amount }), ...moved, instruction)
    else
      code.push(
        plain("local.tee", { a: amount }),
        instruction,
        plain("local.tee", { a: grown }),
        plain("local.get", { a: grown }),
        plain("i32.const", { a: -1 }),
        plain("i32.ne"),
        plain("if", { a: EMPTY_BLOCK }),
        ...moved,
        plain("end")
      )
    if (mnemonic === "call" || mnemonic === "call_indirect") code.push(...load)
    before = mnemonic
  }
  const locals = [...body.locals, { count: 1, type: "i64" as const }, { count: 2, type: "i32" as const }]
  return { offset: 0, locals, code: codeOf(code) }
}

/** Where a handler may have come by, with a count that the store does not have. */
const LEAVES = /^(end|br|br_if|br_table|return|return_call|return_call_indirect)$/
const UNMODELLED = /call_ref$|^array\.|^struct\.new/
const EMPTY_BLOCK = -64

/** Instructions that move as many bytes, elements or pages as their last operand says. */
const MOVES: ReadonlySet<Mnemonic> = new Set<Mnemonic>([
  "memory.fill",
  "memory.copy",
  "memory.init",
  "memory.grow",
  "table.fill",
  "table.copy",
  "table.init",
  "table.grow"
])
