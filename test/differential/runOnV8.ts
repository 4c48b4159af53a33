import { createHash } from "node:crypto"
import type { Account } from "../../src/fuel/Account.ts"
import { connect, hooksOf } from "../fuel/meter/connect.ts"
import { patientAccount } from "../fuel/patientAccount.ts"
import type { Run } from "./Case.ts"
import type { Prepared } from "./prepareCase.ts"

/**
 * The metered module on V8, as bare as it goes: an instance, its hooks, an account, the start function, the call.
 *
 * The same few steps as in `onWasmtime.py`.
 */
export const runOnV8 = ({ case: one, metered, options, args, types, imports, globals }: Prepared): Run => {
  const account = patientAccount({ allocated: one.fuel })
  const names = metered.plan.exports
  let instance: WebAssembly.Instance
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(metered.bytes), importsOf(imports))
  } catch (error) {
    if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError)
      return { ...NOTHING, end: "refused", detail: error.message }
    return { ...NOTHING, end: "trapped", detail: kindOf(error) }
  }
  const { exports } = instance
  const hooks = hooksOf(() => account)
  const { fuel: counter, depth } = connect(exports, names, hooks)
  counter.value = account.open()
  const call = (name: string, given: ReadonlyArray<unknown>): Pick<Run, "end" | "detail"> => {
    depth.value = options.slotsMax
    const target = exports[name]
    if (typeof target !== "function") return { end: "refused", detail: `no function ${name}` }
    try {
      const result: unknown = target(...given)
      // The start function returns nothing, whatever the case's own does.
      const results: ReadonlyArray<unknown> = Array.isArray(result) ? result : [result]
      return {
        end: "returned",
        detail: types.results.map((type, i) => showNumber(type, results[i])).join(" ")
      }
    } catch (error) {
      return account.stop === undefined
        ? { end: "trapped", detail: kindOf(error) }
        : { end: "stopped", detail: account.stop }
    }
  }
  const started = names.start === undefined ? undefined : call(names.start, [])
  const startFuel = started === undefined ? 0 : settled(account, counter)
  const ended = started === undefined || started.end === "returned" ? call(one.functionName, args) : started
  const fuel = settled(account, counter) - startFuel
  const exhausted = ended.end === "returned" && startFuel + fuel > one.fuel
  return {
    ...(exhausted ? { end: "stopped", detail: "fuel" } : ended),
    startFuel,
    fuel,
    // The casts: the meter exports them under these names.
    memories: names.memories.map((name) => {
      const bytes = new Uint8Array((exports[name] as WebAssembly.Memory).buffer)
      return `${bytes.length / 65_536} ${createHash("sha1").update(bytes).digest("hex")}`
    }),
    globals: globals.map(({ name, type }) => showNumber(type, (exports[name] as WebAssembly.Global).value))
  }
}

const NOTHING = { startFuel: 0, fuel: 0, memories: [], globals: [] } as const

/** What was charged so far, in a slice that goes on. */
const settled = (account: Account, counter: WebAssembly.Global<"i32">): number => {
  account.settle(counter.value)
  counter.value = account.open()
  return account.charged
}

/** Functions that answer zeros, for what the module imports. */
export const importsOf = (imports: Prepared["imports"]): WebAssembly.Imports => {
  const modules: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null)
  for (const { module, name, type } of imports) {
    const zeros = type.results.map((result) => (result === "i64" ? 0n : 0))
    const fields = modules[module] ?? Object.create(null)
    modules[module] = fields
    fields[name] = () => (zeros.length > 1 ? zeros : zeros[0])
  }
  return modules
}

/** Numbers as both languages write them: integers as signed, floats by their bits, any NaN as `nan`. */
const showNumber = (type: string, value: unknown): string => {
  if (type === "i32" || type === "i64") return String(value)
  const number = Number(value)
  if (Number.isNaN(number)) return "nan"
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, number)
  return view.getBigUint64(0).toString(16).padStart(16, "0")
}

/**
 * The kinds of traps that both engines tell apart: V8 has one text for several of Wasmtime's codes, and Wasmtime
 * one code for several of V8's texts.
 */
const KINDS: ReadonlyArray<readonly [message: RegExp, kind: string]> = [
  [/^unreachable$/, "unreachable"],
  [/^(memory access|data segment.*) out of bounds/, "memory"],
  [/^(divide|remainder) by zero$/, "zero"],
  [/unrepresentable/, "overflow"],
  [/^(table index|table access|element segment).*out of bounds/, "table"],
  [/signature mismatch$/, "indirect call"],
  [/null pointer$|^rethrowing null value$/, "null"],
  [/^illegal cast$/, "cast"],
  [/^array element access out of bounds$/, "array"],
  [/^requested new array is too large$/, "array"],
  [/call stack size/, "stack"]
]

const kindOf = (error: unknown): string => {
  if (error instanceof WebAssembly.Exception) return "exception"
  const text = error instanceof Error ? error.message.replace(/^WebAssembly\.\w+\(\): /, "") : String(error)
  return KINDS.find(([message]) => message.test(text))?.[1] ?? text
}
