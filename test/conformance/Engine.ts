import type { Stop } from "../../src/fuel/Account.ts"
import type { MeteredModule } from "../../src/fuel/meter/MeteredModule.ts"
import type { MeterOptions } from "../../src/fuel/meter/MeterOptions.ts"
import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import { type Connected, connect, hooksOf } from "../fuel/meter/connect.ts"
import { patientAccount } from "../fuel/patientAccount.ts"
import type { Loaded } from "./Loaded.ts"

/** One way to run modules: as they are, or metered. Instances of one engine may be linked to each other. */
export interface Engine {
  readonly name: string
  /** *Fails* by throwing as V8 does. */
  readonly compile: (loaded: Loaded) => Compiled
  /** Books what all instances were charged since the last time, and makes them ready for the next call. */
  readonly settle: () => Settled
}

export interface Compiled {
  /** Links, makes an instance and runs its start function. *Fails* by throwing as V8 does. */
  readonly instantiate: (imports: WebAssembly.Imports) => WebAssembly.ModuleImports
}

export interface Settled {
  /** Units of all instances together, `undefined` where nothing is charged. */
  readonly charged: number | undefined
  /** Why an instance was stopped. */
  readonly stop: Stop | undefined
}

/** V8 as it is. */
export const plainEngine = (): Engine => ({
  name: "plain",
  compile: ({ bytes }) => {
    const module = new WebAssembly.Module(bytes)
    return { instantiate: (imports) => new WebAssembly.Instance(module, imports).exports }
  },
  settle: () => ({ charged: undefined, stop: undefined })
})

/** V8 with metered modules, each instance with an account of its own. */
export const meteredEngine = (name: string, options: MeterOptions): Engine => {
  const all: Array<Metering> = []
  return {
    name,
    compile: (loaded) => {
      const made = meterModule(loaded.module, options)
      if (made instanceof Malformed) throw new Error(`meterModule: ${made.message}`)
      const module = new WebAssembly.Module(made.bytes)
      return {
        instantiate: (imports) => {
          const { exports } = new WebAssembly.Instance(module, imports)
          const metering = new Metering(made, exports, options)
          all.push(metering)
          metering.start()
          return guestExports(loaded, exports)
        }
      }
    },
    settle: () => {
      let charged = 0
      let stop: Stop | undefined
      for (const metering of all) {
        if (!metering.ran) continue
        const settled = metering.settle()
        charged += settled.charged
        stop ??= settled.stop
      }
      return { charged, stop }
    }
  }
}

/** What the meter exports is not there for a module that imports from this one. */
const guestExports = (loaded: Loaded, all: WebAssembly.Exports): WebAssembly.ModuleImports => {
  // A guest's names are open keys: one may be `__proto__`.
  const own: WebAssembly.ModuleImports = Object.create(null)
  for (const name of loaded.exports.keys()) {
    const value = all[name]
    if (value !== undefined) own[name] = value
  }
  return own
}

/** More than any script uses, and few enough that a loop without an end is seen within a minute. */
const FUEL = 2 ** 36

/** The host's side of one metered instance, whose counter is empty until it runs. */
class Metering {
  readonly #meter: Connected
  readonly #options: MeterOptions
  #account = openAccount()

  constructor(made: MeteredModule, exports: WebAssembly.Exports, options: MeterOptions) {
    this.#options = options
    const hooks = hooksOf(() => this.#account)
    this.#meter = connect(exports, made.plan.exports, hooks)
  }

  /** Runs the start function, where there is one. */
  start(): void {
    this.#meter.start?.()
  }

  /** Whether it was charged or stopped since the last time. */
  get ran(): boolean {
    return this.#meter.fuel.value !== 0 || this.#account.slices > 0 || this.#account.stop !== undefined
  }

  settle(): { readonly charged: number; readonly stop: Stop | undefined } {
    const { fuel, depth, heap } = this.#meter
    this.#account.settle(fuel.value)
    const { charged, stop } = this.#account
    this.#account = openAccount()
    fuel.value = 0
    depth.value = this.#options.slotsMax
    if (heap !== undefined) heap.value = BigInt(this.#options.objectBytesMax)
    return { charged, stop }
  }
}

const openAccount = () => patientAccount({ allocated: FUEL })
