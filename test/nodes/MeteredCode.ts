import { createHash } from "node:crypto"
import type { MeterPlan } from "../../src/fuel/meter/MeteredModule.ts"
import type { MeterOptions } from "../../src/fuel/meter/MeterOptions.ts"
import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import type { Module } from "../../src/wasm/Module.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"
import type { ValueType } from "../../src/wasm/ValueType.ts"
import { connect, hooksOf } from "../fuel/meter/connect.ts"
import { patientAccount } from "../fuel/patientAccount.ts"
import { stubImports } from "./stubImports.ts"

/**
 * A module metered and compiled once, and fired in an instance of its own each time, on a clock that stands still.
 *
 * What a firing leaves is said in words that do not depend on the engine's: how it ended, the fuel, the values, and a
 * hash of every memory and global. Traps are not told apart, because V8 changes their texts.
 */
export interface Fired {
  readonly end: string
  readonly units: number
  readonly values: ReadonlyArray<string>
  /** Of all memories and of the globals that JavaScript can read. */
  readonly state: string
}

export class MeteredCode {
  readonly module: Module
  readonly #plan: MeterPlan
  readonly #compiled: WebAssembly.Module

  /** Fails where the bytes are no module, or none that this engine takes once it is metered. */
  constructor(bytes: Uint8Array, options: MeterOptions) {
    const module = decodeModule(bytes)
    if (module instanceof Malformed) throw module
    const metered = meterModule(module, options)
    if (metered instanceof Malformed) throw metered
    this.module = module
    this.#plan = metered.plan
    this.#compiled = new WebAssembly.Module(metered.bytes)
  }

  /** Exported functions with arguments for each, in their order; none that wants what JavaScript cannot make. */
  calls(): ReadonlyArray<{ readonly name: string; readonly args: ReadonlyArray<unknown> }> {
    const { types, funcs } = new IndexSpaces(this.module)
    return (sectionOf(this.module, "export")?.exports ?? []).flatMap(({ kind, name, index }) => {
      const composite = kind === "func" ? types[funcs[index] ?? -1]?.composite : undefined
      if (composite?.kind !== "func") return []
      const args = composite.params.map(small)
      const passable = ![...args, ...composite.results].some((one) => one === undefined || one === "v128")
      return passable ? [{ name, args }] : []
    })
  }

  /** Fires one export, after the start function where there is one; both pay from the same fuel. */
  fire(name: string, args: ReadonlyArray<unknown>, fuel: number): Fired {
    const { exports: names } = this.#plan
    const account = patientAccount({ allocated: fuel })
    const { exports } = new WebAssembly.Instance(this.#compiled, stubImports(this.module))
    const hooks = hooksOf(() => account)
    const { fuel: counter, depth } = connect(exports, names, hooks)
    const slots = depth.value
    counter.value = account.open()
    let end = "returned"
    let values: ReadonlyArray<string> = []
    try {
      for (const [called, given] of [[names.start, []] as const, [name, args] as const]) {
        if (called === undefined) continue
        depth.value = slots
        const result = (exports[called] as (...args: ReadonlyArray<unknown>) => unknown)(...given)
        values = (Array.isArray(result) ? result : result === undefined ? [] : [result]).map(show)
      }
    } catch (cause) {
      end = account.stop ?? (cause instanceof WebAssembly.RuntimeError ? "trap" : describe(cause))
    }
    account.settle(counter.value)
    if (account.charged > account.allocated && ["returned", "trap"].includes(end)) end = "fuel"
    const units = Math.min(account.charged, account.allocated)
    return { end, units, values: end === "returned" ? values : [], state: this.#hashState(exports) }
  }

  #hashState(exports: WebAssembly.Exports): string {
    const { memories, globals } = this.#plan.exports
    const hash = createHash("sha256")
    for (const name of memories) {
      const bytes = new Uint8Array((exports[name] as WebAssembly.Memory).buffer)
      hash.update(`memory ${bytes.length} `)
      for (let at = 0; at < bytes.length; at += CHUNK) {
        const chunk = bytes.subarray(at, at + CHUNK)
        // What was never written is passed by: a memory of two gigabytes is mostly that.
        if (Buffer.compare(chunk, ZEROS.subarray(0, chunk.length)) !== 0) hash.update(`${at} `).update(chunk)
      }
    }
    for (const { name, how, type } of globals)
      if (how === "global" && /^[if](32|64)$/.test(type))
        hash.update(`${type} ${show((exports[name] as WebAssembly.Global).value)} `)
    return hash.digest("hex").slice(0, 16)
  }
}

const CHUNK = 2 ** 20
const ZEROS = new Uint8Array(CHUNK)

/** An argument of each type; `undefined` where there is none. */
const small = (type: ValueType, index: number): unknown => {
  if (type === "i32") return 8 * (index + 1)
  if (type === "i64") return BigInt(8 * (index + 1))
  if (type === "f32" || type === "f64") return index + 1.5
  return type !== "v128" && type.nullable ? null : undefined
}

const show = (value: unknown): string =>
  typeof value === "number" || typeof value === "bigint" ? `${typeof value} ${value}` : typeof value

/** What came out that is no trap: an exception of the guest's, or an engine at its end. */
const describe = (cause: unknown): string => {
  if (cause instanceof Error) return cause.name
  return "exception"
}
