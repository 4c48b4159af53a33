import { HOOK_PARK, HOOK_REFILL, HOOK_STOP } from "../../fuel/meter/Layout.ts"
import type { HostValue } from "../../host/HostDeclaration.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import { capture } from "./capture.ts"
import type { Captured, EngineInstance, InstanceHost, Suspendable } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"
import { makeHooks, trap } from "./hostModules.ts"
import { jspi } from "./jspi.ts"
import { readFailure, showReference } from "./readFailure.ts"
import { stopOf } from "./stopOf.ts"

/** Frames that V8 records; its default is ten. */
const STACK_FRAMES_MAX = 256
const PAGE_BYTES = 65_536

/**
 * One instance in V8, connected to one firing's account and host.
 *
 * The hook table is filled before any of the guest's code can run: the start function was taken out of the
 * module, so instantiation itself executes nothing but constant expressions and segments.
 */
export class V8Instance implements EngineInstance {
  readonly #compiled: Compiled
  readonly #host: InstanceHost
  #instance: WebAssembly.Instance | undefined
  /** The function that was called last: V8 keeps one and a half kB for each that it makes until it looks for garbage. */
  #promised:
    | { readonly name: string; readonly target: (...args: ReadonlyArray<Value>) => Promise<unknown> }
    | undefined
  /** Ends the call that runs, whose guest is left suspended for good. */
  #abandon: (fault: EngineFault) => void = () => undefined

  constructor(compiled: Compiled, host: InstanceHost) {
    this.#compiled = compiled
    this.#host = host
    this.#instance = this.#guarded(() => new WebAssembly.Instance(compiled.module, this.#imports()))
    const { park } = host
    const hooks = makeHooks({
      refill: (counter) => host.account.refill(counter),
      stop: (why) => {
        host.account.stopFor(stopOf(why))
      },
      resume: () => host.account.resume(),
      park: park && (() => park().then(() => host.account.resume()))
    })
    const table = this.#export(compiled.plan.exports.hooks)
    if (table instanceof WebAssembly.Table) {
      table.set(HOOK_REFILL, hooks.refill)
      table.set(HOOK_STOP, hooks.stop)
      table.set(HOOK_PARK, hooks.park)
    }
    this.renew()
  }

  renew(): void {
    const fuel = this.#fuel()
    if (fuel !== undefined) fuel.value = this.#host.account.open()
  }

  start(): void {
    const { start } = this.#compiled.plan.exports
    if (start !== undefined) this.#run(start, [])
  }

  call(functionName: string, args: ReadonlyArray<Value>): ReadonlyArray<Value> {
    return this.#read(functionName, this.#run(functionName, args))
  }

  get suspendable(): Suspendable | undefined {
    if (jspi === undefined) return undefined
    const { promising } = jspi
    const run = async (name: string, args: ReadonlyArray<Value>): Promise<unknown> => {
      const plain = this.#target(name)
      if (this.#promised?.name !== name) this.#promised = { name, target: promising(plain) }
      const { target } = this.#promised
      try {
        // One promise for each call: what waits for one that never settles is kept for as long as that is.
        return await new Promise((resolve, reject) => {
          this.#abandon = reject
          this.#guarded(() => target(...args)).then(resolve, reject)
        })
      } catch (thrown) {
        throw thrown instanceof EngineFault ? thrown : this.#faultOf(thrown)
      }
    }
    return {
      start: async () => {
        const { start } = this.#compiled.plan.exports
        if (start !== undefined) await run(start, [])
      },
      call: async (functionName, args) => this.#read(functionName, await run(functionName, args))
    }
  }

  #read(functionName: string, returned: unknown): ReadonlyArray<Value> {
    if (returned === undefined) return []
    const results = this.#compiled.exports.find(({ name }) => name === functionName)?.results ?? []
    const values: ReadonlyArray<unknown> =
      results.length > 1 && Array.isArray(returned) ? returned : [returned]
    return values.map((value) =>
      typeof value === "number" || typeof value === "bigint" || value === null ? value : showReference(value)
    )
  }

  fuelRemaining(): number {
    return this.#fuel()?.value ?? 0
  }

  memoryBytes(): Uint8Array {
    const [first] = this.#memories()
    return first === undefined ? NO_BYTES : new Uint8Array(first.buffer)
  }

  /** The counter, for host calls that charge it. */
  counter(): { readonly read: () => number; readonly write: (counter: number) => void } {
    const fuel = this.#fuel()
    return {
      read: () => fuel?.value ?? 0,
      write: (counter) => {
        if (fuel !== undefined) fuel.value = counter
      }
    }
  }

  memorySize(): { readonly pages: number; readonly highWaterBytes: number } {
    const bytes = this.#memories().map(({ buffer }) => buffer.byteLength)
    // Memories never shrink, so what they are at the end is the most that they were.
    return { pages: (bytes[0] ?? 0) / PAGE_BYTES, highWaterBytes: bytes.reduce((sum, n) => sum + n, 0) }
  }

  capture(): Captured {
    if (this.#instance === undefined)
      throw new EngineFault({ kind: "engine", what: "there is no instance" }, [])
    return capture(this.#compiled, this.#instance, this.#host.policy)
  }

  cleanUp(): void {
    this.#instance = undefined
    this.#promised = undefined
  }

  #run(name: string, args: ReadonlyArray<Value>): unknown {
    const target = this.#target(name)
    return this.#guarded(() => target(...args))
  }

  /** An exported function, ready to be called from outside. */
  #target(name: string): (...args: ReadonlyArray<Value>) => unknown {
    const target = this.#export(name)
    if (typeof target !== "function")
      throw new EngineFault({ kind: "engine", what: `the instance has no function ${name}` }, [])
    const depth = this.#export(this.#compiled.plan.exports.depth)
    // Depth is set before calls and not given back after them, so each call from outside begins anew.
    if (depth instanceof WebAssembly.Global) depth.value = this.#host.policy.stackSlotsMax
    // The cast: it is a function, and what it takes was checked against its signature.
    return target as (...args: ReadonlyArray<Value>) => unknown
  }

  #faultOf(thrown: unknown): EngineFault {
    return readFailure(thrown, this.#compiled, this.#instance, this.#host.account, this.#host.caller.fault)
  }

  #guarded<A>(run: () => A): A {
    // On the caller's own thread both may be his; V8 asks for them when the stack is first read, which is below.
    const { stackTraceLimit, prepareStackTrace } = Error
    Error.stackTraceLimit = STACK_FRAMES_MAX
    Reflect.set(Error, "prepareStackTrace", undefined)
    try {
      return run()
    } catch (thrown) {
      throw this.#faultOf(thrown)
    } finally {
      Error.stackTraceLimit = stackTraceLimit
      Reflect.set(Error, "prepareStackTrace", prepareStackTrace)
    }
  }

  #imports(): WebAssembly.Imports {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null)
    for (const link of this.#host.links) {
      const { module, name, type } = link.declaration
      const fields = imports[module] ?? Object.create(null)
      imports[module] = fields
      const later = this.#later(link)
      fields[name] =
        later ??
        ((...args: ReadonlyArray<HostValue>) => {
          const results = this.#host.caller.call(link, args)
          if (results === undefined) return trap()
          return type.results.length > 1 ? results : results[0]
        })
    }
    return imports
  }

  /**
   * An import that suspends the guest while a remote host function answers, where that can be.
   *
   * A guest that is to stop is left as it is, suspended for good: whatever an import leaves with after a suspension,
   * a guest could catch.
   */
  #later(link: ResolvedLink): WebAssembly.ImportValue | undefined {
    const { caller, askRemote } = this.#host
    if (link.declaration.kind !== "remote" || jspi === undefined || askRemote === undefined) return undefined
    const { results: types } = link.declaration.type
    const suspending = new jspi.Suspending(async (...args: ReadonlyArray<HostValue>) => {
      const here = new Error("the guest was stopped in a host call")
      const results = await caller.callLater?.(link, args, askRemote)
      if (results !== undefined) return types.length > 1 ? results : results[0]
      this.#abandon(this.#faultOf(here))
      return new Promise(() => undefined)
    })
    // The cast: the declarations do not have it; to V8 it is a function.
    return suspending as unknown as WebAssembly.ImportValue
  }

  #export(name: string): unknown {
    const exports = this.#instance?.exports
    return exports !== undefined && Object.hasOwn(exports, name) ? exports[name] : undefined
  }

  #fuel(): WebAssembly.Global<"i32"> | undefined {
    const fuel = this.#export(this.#compiled.plan.exports.fuel)
    // The cast: the meter made it an i32.
    return fuel instanceof WebAssembly.Global ? (fuel as WebAssembly.Global<"i32">) : undefined
  }

  #memories(): ReadonlyArray<WebAssembly.Memory> {
    return this.#compiled.plan.exports.memories
      .map((name) => this.#export(name))
      .filter((memory) => memory instanceof WebAssembly.Memory)
  }
}

const NO_BYTES = new Uint8Array(0)
