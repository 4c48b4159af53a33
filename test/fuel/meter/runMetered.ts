import { type Account, SLICE_MAX, type Stop } from "../../../src/fuel/Account.ts"
import type { MeteredModule } from "../../../src/fuel/meter/MeteredModule.ts"
import type { MeterOptions } from "../../../src/fuel/meter/MeterOptions.ts"
import { meterModule } from "../../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../../src/fuel/PriceTable.ts"
import { trap } from "../../../src/runtime/worker/hostModules.ts"
import { decodeModule } from "../../../src/wasm/decodeModule.ts"
import { Malformed } from "../../../src/wasm/Malformed.ts"
import { parseWat } from "../../guests/wat.ts"
import { patientAccount } from "../patientAccount.ts"
import { type Connected, connect, hooksOf } from "./connect.ts"

/**
 * Runs a module under the meter as bare as can be: an instance, its hooks, an account, a call.
 *
 * No worker, no policy, no capture: what fails here is the meter's fault. {@link runPlain} runs the same module
 * without it.
 */
export interface MeteredOptions extends Partial<MeterOptions> {
  /** Units, 10 million without it. */
  readonly fuel?: number
  /** Units of the largest slice. */
  readonly sliceMax?: number
  readonly imports?: WebAssembly.Imports
  /** An instance whose metered module is taken again, whatever the other options say. */
  readonly like?: MeteredInstance
  /** Tampers with the module that the meter made: for mutants that a law must catch. */
  readonly spoil?: (made: MeteredModule) => Uint8Array<ArrayBuffer>
  /** Tampers with the counter that a refill hands out. */
  readonly spoilRefill?: (counter: number) => number
}

export interface Run {
  /** As JavaScript has them; one value or several, `undefined` where the call did not return. */
  readonly values: ReadonlyArray<unknown> | undefined
  /** The text of the trap, or of what else came out. */
  readonly trap: string | undefined
  /** Where the trap was in the wasm stack, innermost first: function index and offset in the file. */
  readonly frames: ReadonlyArray<{ readonly funcIndex: number; readonly offset: number }>
}

export interface MeteredRun extends Run {
  readonly charged: number
  readonly stop: Stop | undefined
  readonly slices: number
}

export const METER_OPTIONS: MeterOptions = {
  prices: WASMTIME_PRICES,
  nan: "engine",
  slotsMax: 60_000,
  objectBytesMax: 2 ** 24,
  memoryPagesMax: 256,
  tableElementsMax: 100_000,
  placement: PLACEMENT_DEFAULT,
  customSections: "keep"
}

export const metered = (source: string | Uint8Array, options: MeteredOptions = {}): MeteredModule => {
  const module = decodeModule(bytesOf(source))
  if (module instanceof Malformed) throw module
  const made = meterModule(module, { ...METER_OPTIONS, ...options })
  if (made instanceof Malformed) throw made
  return made
}

export class MeteredInstance {
  readonly made: MeteredModule
  readonly instance: WebAssembly.Instance
  readonly #module: WebAssembly.Module
  readonly #options: MeteredOptions
  readonly #meter: Connected
  #account: Account
  /** What the module told the stop hook, in order. */
  readonly stops: Array<number> = []
  /** The lowest counter that came to a refill, or was left by a call that returned. */
  lowest = 0

  constructor(source: string | Uint8Array, options: MeteredOptions = {}) {
    this.made = options.like?.made ?? metered(source, options)
    this.#options = options
    this.#account = this.#open()
    const bytes = options.spoil === undefined ? this.made.bytes : options.spoil(this.made)
    this.#module = options.like === undefined ? new WebAssembly.Module(bytes) : options.like.#module
    this.instance = new WebAssembly.Instance(this.#module, options.imports ?? {})
    const hooks = hooksOf(() => this.#account)
    this.#meter = connect(this.instance.exports, this.made.plan.exports, {
      refill: (counter) => {
        this.lowest = Math.min(this.lowest, counter)
        const granted = hooks.refill(counter)
        return options.spoilRefill === undefined ? granted : options.spoilRefill(granted)
      },
      stop: (why) => {
        this.stops.push(why)
        hooks.stop(why)
      }
    })
  }

  export<A>(name: string): A {
    // The cast: the caller knows what it asks for by name.
    return this.instance.exports[name] as A
  }

  /** Calls an export, with an account of its own. */
  call(name: string, ...args: ReadonlyArray<unknown>): MeteredRun {
    const { fuel, depth } = this.#meter
    this.#account = this.#open()
    depth.value = this.#options.slotsMax ?? METER_OPTIONS.slotsMax
    fuel.value = 0
    const run = attempt(() => this.export<(...args: ReadonlyArray<unknown>) => unknown>(name)(...args))
    // A trap may leave no counter behind.
    if (run.values !== undefined) this.lowest = Math.min(this.lowest, fuel.value)
    this.#account.settle(fuel.value)
    const { charged, stop, slices } = this.#account
    return { ...run, charged, stop, slices }
  }

  /** What an import does first: with the account empty it stops the guest, by a trap that nothing catches. */
  look(): void {
    const { fuel } = this.#meter
    if (fuel.value >= 0) return
    this.lowest = Math.min(this.lowest, fuel.value)
    fuel.value = this.#account.refill(fuel.value)
    if (fuel.value < 0) trap()
  }

  #open(): Account {
    const { fuel = 10_000_000, sliceMax = SLICE_MAX } = this.#options
    return patientAccount({ allocated: fuel, sliceMax })
  }
}

/** Meters, makes an instance and calls one function of it. */
export const runMetered = (
  source: string | Uint8Array,
  options: MeteredOptions,
  name: string,
  ...args: ReadonlyArray<unknown>
): MeteredRun => new MeteredInstance(source, options).call(name, ...args)

/** The same call on the engine as it is. */
export const runPlain = (
  source: string | Uint8Array,
  imports: WebAssembly.Imports,
  name: string,
  ...args: ReadonlyArray<unknown>
): Run => {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(source)), imports)
  // The cast: as in `export`.
  return attempt(() => (instance.exports[name] as (...args: ReadonlyArray<unknown>) => unknown)(...args))
}

/** What some guest code did: its values, or why it did not return. */
export const attempt = (call: () => unknown): Run => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 100
  try {
    const result = call()
    const values = result === undefined ? [] : Array.isArray(result) ? result : [result]
    return { values, trap: undefined, frames: [] }
  } catch (error) {
    const trap = error instanceof Error ? error.message : String(error)
    const stack = error instanceof Error ? String(error.stack) : ""
    const frames = [...stack.matchAll(/wasm-function\[(\d+)\]:0x([0-9a-f]+)/g)].map(([, func, offset]) => ({
      funcIndex: Number(func),
      offset: Number.parseInt(offset ?? "", 16)
    }))
    return { values: undefined, trap, frames }
  } finally {
    Error.stackTraceLimit = limit
  }
}

export const bytesOf = (source: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  typeof source === "string" ? parseWat("test.wat", source) : new Uint8Array(source)
