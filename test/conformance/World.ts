import { invoke, readGlobal } from "./Crossing.ts"
import type { Engine } from "./Engine.ts"
import type { Loaded } from "./Loaded.ts"
import { type Outcome, outcomeOf, showOutcome } from "./Outcome.ts"
import type { Action } from "./Script.ts"
import { makeSpectest } from "./spectest.ts"

/** All that one script has made under one engine: its instances, by the names that it gave them. */
export class World {
  readonly engine: Engine
  readonly #registry: WebAssembly.Imports = Object.create(null)
  readonly #instances = new Map<string, Instance>()
  #current: Instance = { absent: "no module came before" }

  constructor(engine: Engine) {
    this.engine = engine
    this.#registry["spectest"] = makeSpectest()
  }

  /** Compiles and throws the result away. */
  define(loaded: Loaded): Outcome {
    return this.#observe(() => {
      this.engine.compile(loaded)
      return []
    })
  }

  /** Makes an instance that later commands mean when they give its name, or none. */
  instantiate(loaded: Loaded, name: string | undefined): Outcome {
    const outcome = this.tryInstantiate(loaded, (exports) => this.#keep({ loaded, exports }, name))
    if (outcome.kind !== "returned") this.#keep({ absent: showOutcome(outcome) }, name)
    return outcome
  }

  tryInstantiate(loaded: Loaded, made?: (exports: WebAssembly.ModuleImports) => void): Outcome {
    return this.#observe(() => {
      const exports = this.engine.compile(loaded).instantiate(this.#registry)
      made?.(exports)
      return []
    })
  }

  /** There will be no instance; whoever asks for it is told why. */
  lack(why: string, name: string | undefined): void {
    this.#keep({ absent: why }, name)
  }

  register(as: string, name: string | undefined): void {
    const instance = this.#instance(name)
    this.#registry[as] = "exports" in instance ? instance.exports : Object.create(null)
  }

  act(action: Action): Outcome {
    const instance = this.#instance(action.module)
    if ("absent" in instance)
      return { kind: "absent", message: `no instance: ${instance.absent.split(": ")[0]}` }
    const exported = instance.loaded.exports.get(action.name)
    const value = instance.exports[action.name]
    if (action.kind === "invoke") {
      if (exported?.kind !== "func" || typeof value !== "function")
        return { kind: "absent", message: `no exported function ${JSON.stringify(action.name)}` }
      // The cast: an exported function takes what JavaScript gives it.
      const func = value as (...args: ReadonlyArray<unknown>) => unknown
      return this.#observe(() => invoke(func, exported.type, action.args))
    }
    if (exported?.kind !== "global" || !(value instanceof WebAssembly.Global))
      return { kind: "absent", message: `no exported global ${JSON.stringify(action.name)}` }
    return this.#observe(() => [readGlobal(value, exported.type)])
  }

  /** Whether the function is one of the instance's own, which is charged for being entered. */
  charges(action: Action): boolean {
    const instance = this.#instance(action.module)
    if (action.kind !== "invoke" || !("loaded" in instance)) return false
    const exported = instance.loaded.exports.get(action.name)
    return exported?.kind === "func" && exported.own
  }

  #instance(name: string | undefined): Instance {
    if (name === undefined) return this.#current
    return this.#instances.get(name) ?? { absent: `${name} is no module's name` }
  }

  #keep(instance: Instance, name: string | undefined): void {
    this.#current = instance
    if (name !== undefined) this.#instances.set(name, instance)
  }

  #observe(run: () => Extract<Outcome, { readonly kind: "returned" }>["values"]): Outcome {
    try {
      const values = run()
      const { charged, stop } = this.engine.settle()
      return stop === undefined ? { kind: "returned", values, charged } : outcomeOf(undefined, stop)
    } catch (cause) {
      return outcomeOf(cause, this.engine.settle().stop)
    }
  }
}

type Instance =
  | { readonly loaded: Loaded; readonly exports: WebAssembly.ModuleImports }
  /** Why there is none. */
  | { readonly absent: string }
