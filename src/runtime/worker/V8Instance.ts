import { HOOK_PARK, HOOK_REFILL, HOOK_STOP } from "../../fuel/meter/Layout.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import { capture } from "./capture.ts"
import type { Captured, EngineInstance, InstanceHost, Restorable, Suspendable } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"
import { type Held, HeldMemories } from "./HeldMemories.ts"
import { makeHooks } from "./hostModules.ts"
import { importsOf, makeMemory } from "./importsOf.ts"
import { jspi } from "./jspi.ts"
import { InitialState } from "./pool/InitialState.ts"
import { Reinstantiation } from "./pool/Reinstantiation.ts"
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
  readonly #memoriesGiven: ReadonlyArray<WebAssembly.Memory>
  readonly #importObject: WebAssembly.Imports
  readonly #hooks: ReturnType<typeof makeHooks>
  readonly #held: HeldMemories
  #holds: Held | undefined
  #instance: WebAssembly.Instance | undefined
  #initial: InitialState | undefined
  /** Looked up once, for instances that are called more than once. */
  #counter: WebAssembly.Global<"i32"> | undefined
  #depthLeft: WebAssembly.Global | undefined
  #memoryList: ReadonlyArray<WebAssembly.Memory> | undefined
  #last: { readonly name: string; readonly target: Target } | undefined
  /** The function that was called last: V8 keeps one and a half kB for each that it makes until it looks for garbage. */
  #promised:
    | { readonly name: string; readonly target: (...args: ReadonlyArray<Value>) => Promise<unknown> }
    | undefined
  /** Ends the call that runs, whose guest is left suspended for good. */
  #abandon: (fault: EngineFault) => void = () => undefined

  constructor(compiled: Compiled, host: InstanceHost, memories: HeldMemories = new HeldMemories()) {
    this.#compiled = compiled
    this.#held = memories
    this.#host = host
    this.#memoriesGiven = compiled.plan.memoryImports.map(({ limits }) => makeMemory(limits))
    this.#importObject = importsOf(compiled, host, this.#memoriesGiven, (here) =>
      this.#abandon(this.#faultOf(here))
    )
    const { park } = host
    this.#hooks = makeHooks({
      refill: (counter) => host.account.refill(counter),
      stop: (why) => {
        host.account.stopFor(stopOf(why))
      },
      resume: () => host.account.resume(),
      park: park && (() => park().then(() => host.account.resume()))
    })
    this.#make()
  }

  /** Makes the instance, maybe over memories that an earlier one had. */
  #make(): void {
    this.#forget()
    const { module, plan } = this.#compiled
    this.#instance = this.#guarded(() => new WebAssembly.Instance(module, this.#importObject))
    // Counted with the memory and not with the instance: a pool's next instance has the same.
    const [memory] = this.#memories()
    if (memory !== undefined && this.#holds === undefined)
      this.#holds = this.#held.hold(memory, this.#compiled)
    const table = this.#export(plan.exports.hooks)
    if (table instanceof WebAssembly.Table) {
      table.set(HOOK_REFILL, this.#hooks.refill)
      table.set(HOOK_STOP, this.#hooks.stop)
      table.set(HOOK_PARK, this.#hooks.park)
    }
    this.renew()
  }

  renew(nowMs?: number): void {
    const fuel = this.#fuel()
    if (fuel !== undefined) fuel.value = this.#host.account.open(nowMs)
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
    return {
      read: () => this.#fuel()?.value ?? 0,
      write: (counter) => {
        const fuel = this.#fuel()
        if (fuel !== undefined) fuel.value = counter
      }
    }
  }

  memorySize(): { readonly pages: number; readonly highWaterBytes: number } {
    const memories = this.#memories()
    // Memories never shrink, so what they are at the end is the most that they were.
    let highWaterBytes = 0
    for (const { buffer } of memories) highWaterBytes += buffer.byteLength
    if (this.#holds !== undefined) this.#held.grow(this.#holds, highWaterBytes / PAGE_BYTES)
    return { pages: (memories[0]?.buffer.byteLength ?? 0) / PAGE_BYTES, highWaterBytes }
  }

  capture(): Captured {
    if (this.#instance === undefined)
      throw new EngineFault({ kind: "engine", what: "there is no instance" }, [])
    return capture(this.#compiled, this.#instance, this.#host.policy)
  }

  remember(): Restorable | undefined {
    const instance = this.#instance
    if (instance === undefined) return undefined
    if (this.#memoriesGiven.length > 0) return new Reinstantiation(this.#memoriesGiven, () => this.#make())
    this.#initial = InitialState.of(this.#compiled, instance.exports)
    return this.#initial
  }

  noteWrite(offset: number, length: number): void {
    this.#initial?.noteWrite(offset, length)
  }

  cleanUp(): void {
    this.#instance = undefined
    this.#initial = undefined
    this.#forget()
  }

  /** What was looked up in the instance. */
  #forget(): void {
    this.#promised = undefined
    this.#counter = undefined
    this.#depthLeft = undefined
    this.#memoryList = undefined
    this.#last = undefined
  }

  #run(name: string, args: ReadonlyArray<Value>): unknown {
    const target = this.#target(name)
    return this.#guarded(() => target(...args))
  }

  /** An exported function, ready to be called from outside. */
  #target(name: string): Target {
    const depth = this.#depth()
    // Depth is set before calls and not given back after them, so each call from outside begins anew.
    if (depth !== undefined) depth.value = this.#host.policy.stackSlotsMax
    if (this.#last?.name === name) return this.#last.target
    const target = this.#export(name)
    if (typeof target !== "function")
      throw new EngineFault({ kind: "engine", what: `the instance has no function ${name}` }, [])
    // The cast: it is a function, and what it takes was checked against its signature.
    this.#last = { name, target: target as Target }
    return this.#last.target
  }

  #faultOf(thrown: unknown): EngineFault {
    return readFailure(thrown, this.#compiled, this.#instance, this.#host.account, this.#host.caller.fault)
  }

  #guarded<A>(run: () => A): A {
    // On the caller's own thread both may be his; V8 asks for them when the stack is first read, which is below.
    const { stackTraceLimit, prepareStackTrace } = Error
    Error.stackTraceLimit = STACK_FRAMES_MAX
    // Writing it costs as much as a small guest, and mostly nobody has.
    if (prepareStackTrace !== undefined) Reflect.set(Error, "prepareStackTrace", undefined)
    try {
      return run()
    } catch (thrown) {
      throw this.#faultOf(thrown)
    } finally {
      Error.stackTraceLimit = stackTraceLimit
      if (prepareStackTrace !== undefined) Reflect.set(Error, "prepareStackTrace", prepareStackTrace)
    }
  }

  #export(name: string): unknown {
    const exports = this.#instance?.exports
    return exports !== undefined && Object.hasOwn(exports, name) ? exports[name] : undefined
  }

  #depth(): WebAssembly.Global | undefined {
    if (this.#depthLeft !== undefined) return this.#depthLeft
    const depth = this.#export(this.#compiled.plan.exports.depth)
    this.#depthLeft = depth instanceof WebAssembly.Global ? depth : undefined
    return this.#depthLeft
  }

  #fuel(): WebAssembly.Global<"i32"> | undefined {
    if (this.#counter !== undefined) return this.#counter
    const fuel = this.#export(this.#compiled.plan.exports.fuel)
    // The cast: the meter made it an i32.
    this.#counter = fuel instanceof WebAssembly.Global ? (fuel as WebAssembly.Global<"i32">) : undefined
    return this.#counter
  }

  #memories(): ReadonlyArray<WebAssembly.Memory> {
    this.#memoryList ??= this.#compiled.plan.exports.memories
      .map((name) => this.#export(name))
      .filter((memory) => memory instanceof WebAssembly.Memory)
    return this.#memoryList
  }
}

type Target = (...args: ReadonlyArray<Value>) => unknown

const NO_BYTES = new Uint8Array(0)
