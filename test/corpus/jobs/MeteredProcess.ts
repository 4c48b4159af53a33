import type { Account } from "../../../src/fuel/Account.ts"
import { HOOK_REFILL, HOOK_STOP, STOP_STACK } from "../../../src/fuel/meter/Layout.ts"
import type { MeterPlan } from "../../../src/fuel/meter/MeteredModule.ts"
import { meterModule } from "../../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../../src/fuel/meter/Placement.ts"
import { TRACKED } from "../../../src/fuel/meter/Traits.ts"
import { WASMTIME_PRICES } from "../../../src/fuel/PriceTable.ts"
import { decodeModule } from "../../../src/wasm/decodeModule.ts"
import { Malformed } from "../../../src/wasm/Malformed.ts"
import { patientAccount } from "../../fuel/patientAccount.ts"
import { type Callable, DepthKeeper } from "./DepthKeeper.ts"

/**
 * All the metered modules and instances of this process: what the swapped entry points of `WebAssembly` do.
 *
 * The bytes that a package hands over are metered, the result is compiled, and of an instance the package sees
 * what it would have seen without: its own exports, its start function run, its functions callable at any depth.
 * Each instance has an account as large as accounts get: these jobs are to be counted, not stopped.
 */
export class MeteredProcess {
  readonly depths = new DepthKeeper()
  /** Bytes of the modules as they were handed in, and what metering them took. */
  moduleBytes = 0
  meteredBytes = 0
  meterMs = 0
  readonly #plans = new WeakMap<WebAssembly.Module, MeterPlan>()
  readonly #accounts: Array<{ readonly account: Account; readonly counter: WebAssembly.Global<"i32"> }> = []
  readonly #real: typeof WebAssembly
  readonly #now: () => number

  /** Takes the entry points and the clock as they are before anybody swaps them. */
  constructor(real: typeof WebAssembly, now: () => number) {
    this.#real = real
    this.#now = now
  }

  /** The bytes that V8 gets instead, and what makes a module of them a metered one. */
  meter(source: BufferSource): {
    readonly bytes: BufferSource
    readonly note: (m: WebAssembly.Module) => void
  } {
    const started = this.#now()
    const original = bytesOf(source).slice()
    const module = decodeModule(original)
    const metered = module instanceof Malformed ? module : meterModule(module, OPTIONS)
    this.meterMs += this.#now() - started
    if (metered instanceof Malformed) {
      // What is no module must fail as it would have; what is one and is refused here is a defect of the reader.
      if (this.#real.validate(source)) throw new Error(`refused a module that V8 takes: ${metered.message}`)
      return { bytes: source, note: () => {} }
    }
    this.moduleBytes += original.length
    this.meteredBytes += metered.bytes.length
    return { bytes: metered.bytes, note: (compiled) => this.#plans.set(compiled, metered.plan) }
  }

  /** The exports that the package's own module has. */
  exportsOf(module: WebAssembly.Module): Array<WebAssembly.ModuleExportDescriptor> {
    const hidden = this.#hiddenNames(module)
    return this.#real.Module.exports(module).filter(({ name }) => !hidden.has(name))
  }

  /** Makes a fresh instance of a metered module one that runs: hooks, fuel, depth, start, exports. */
  adopt(module: WebAssembly.Module, instance: WebAssembly.Instance, imports: WebAssembly.Imports = {}): void {
    const plan = this.#plans.get(module)
    if (plan === undefined) throw new Error("instantiated a module that was not compiled here")
    const names = plan.exports
    const { exports } = instance
    // The casts: these exports were added by the meter, with these types.
    const counter = exports[names.fuel] as WebAssembly.Global<"i32">
    const depthGlobal = exports[names.depth] as WebAssembly.Global<"i32">
    const hooks = exports[names.hooks] as WebAssembly.Table
    const start = names.start === undefined ? undefined : (exports[names.start] as () => void)

    const account = patientAccount({ allocated: Number.MAX_SAFE_INTEGER, now: this.#now })
    this.#accounts.push({ account, counter })
    if (plan.traits.bits.some((bits) => (bits & TRACKED) !== 0))
      this.depths.add(depthGlobal, tablesOf(this.#real, module, imports, exports))
    const hookFunctions = new this.#real.Instance(new this.#real.Module(REEXPORTS), {
      h: {
        r: (left: number): number => {
          this.depths.renew()
          return account.refill(left)
        },
        s: (why: number): number => {
          process.stderr.write(`the meter stops the guest: ${why === STOP_STACK ? "stack" : `stop ${why}`}\n`)
          return account.stopFor(why === STOP_STACK ? "stack" : "growth")
        }
      }
    }).exports
    hooks.set(HOOK_REFILL, hookFunctions["r"])
    hooks.set(HOOK_STOP, hookFunctions["s"])
    counter.value = account.open()

    Object.defineProperty(instance, "exports", {
      value: this.#shownExports(module, exports),
      enumerable: true
    })
    if (start !== undefined) this.depths.wrap(start)()
  }

  /** Units charged so far by all instances together. */
  fuel(): number {
    return this.#accounts.reduce((sum, { account, counter }) => {
      account.settle(counter.value)
      // What was left of the slice is given back, so a guest that goes on asks for a new one at its next look.
      counter.value = 0
      return sum + account.charged
    }, 0)
  }

  get instances(): number {
    return this.#accounts.length
  }

  #shownExports(module: WebAssembly.Module, exports: WebAssembly.Exports): WebAssembly.Exports {
    const hidden = this.#hiddenNames(module)
    const shown: WebAssembly.Exports = Object.create(null)
    // The cast: what a module exports as a function is called like any.
    for (const [name, value] of Object.entries(exports))
      if (!hidden.has(name))
        shown[name] = typeof value === "function" ? this.depths.wrap(value as Callable) : value
    return Object.freeze(shown)
  }

  #hiddenNames(module: WebAssembly.Module): ReadonlySet<string> {
    const names = this.#plans.get(module)?.exports
    if (names === undefined) return new Set()
    const { fuel, depth, heap, hooks, start, memories, tables, tags, globals } = names
    const added = [
      fuel,
      depth,
      heap,
      hooks,
      start,
      ...memories,
      ...tables,
      ...tags,
      ...globals.map((g) => g.name)
    ]
    return new Set(added.filter((name) => name !== undefined))
  }
}

const OPTIONS = {
  prices: WASMTIME_PRICES,
  nan: "engine",
  memoryPagesMax: 65_536,
  tableElementsMax: 10_000_000,
  // What a run gets by default: that real programs live with it is part of what these jobs show.
  slotsMax: 49_152,
  objectBytesMax: Number.MAX_SAFE_INTEGER,
  placement: PLACEMENT_DEFAULT,
  customSections: "keep"
} as const

/**
 * ```
 * (module (type (func (param i32) (result i32))) (import "h" "r" (func (type 0))) (import "h" "s" (func (type 0)))
 *   (export "r" (func 0)) (export "s" (func 1)))
 * ```
 * A table holds functions of modules only: this makes two of JavaScript's into such.
 */
const REEXPORTS = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
  ...[2, 13, 2, 1, 0x68, 1, 0x72, 0, 0, 1, 0x68, 1, 0x73, 0, 0],
  ...[7, 9, 2, 1, 0x72, 0, 0, 1, 0x73, 0, 1]
)

const bytesOf = (source: BufferSource): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)

/** Tables through which others can reach this instance's functions: those it imports and those it exports. */
const tablesOf = (
  real: typeof WebAssembly,
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  exports: WebAssembly.Exports
): ReadonlyArray<WebAssembly.Table> => [
  ...new Set(
    [
      ...real.Module.imports(module).map((i) => imports[i.module]?.[i.name]),
      ...real.Module.exports(module)
        .filter(({ name }) => !name.startsWith("munition:hooks"))
        .map(({ name }) => exports[name])
    ].filter((value) => value instanceof real.Table)
  )
]
