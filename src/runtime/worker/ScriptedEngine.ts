import type { RefusedReason } from "../../outcome/RefusedReason.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { Captured, Engine, EngineInstance, InstanceHost } from "./Engine.ts"

/**
 * An engine for tests: a script of the calls that are expected, in their order, and what each answers or throws.
 *
 *     new ScriptedEngine([
 *       { call: "compile", answer: compiled },
 *       { call: "instantiate", fault: new EngineFault({ kind: "engine", what: "no room" }, []) }
 *     ])
 *
 * A call that the script does not have next throws an error that names both, and stays in `unexpected`, because
 * whoever drives an engine may survive it. Questions that change nothing (counter, memory, sizes) are not scripted.
 */
export type ScriptStep =
  | { readonly call: "compile"; readonly answer: Compiled | RefusedReason }
  | Acting<"instantiate">
  | Acting<"start">
  | (Acting<"call"> & {
      readonly functionName?: string
      readonly args?: ReadonlyArray<Value>
      readonly answer?: ReadonlyArray<Value>
    })
  | { readonly call: "fuelRemaining"; readonly answer: number }
  | (Acting<"capture"> & { readonly answer?: Captured })
  | Acting<"cleanUp">

/** A call that may do something to its host before it answers, or throw instead. */
interface Acting<Call extends string> {
  readonly call: Call
  readonly does?: (host: InstanceHost) => void
  /** Thrown; an engine throws nothing but `EngineFault`, so anything else is a broken one. */
  readonly fault?: unknown
}

export class ScriptedEngine implements Engine {
  readonly name = "scripted"
  readonly versions = { scripted: "1" }
  /** What was called that the script did not have next, as sentences. */
  readonly unexpected: Array<string> = []
  readonly #script: ReadonlyArray<ScriptStep>
  readonly #memory: Uint8Array
  #at = 0

  constructor(script: ReadonlyArray<ScriptStep>, memory: Uint8Array = new Uint8Array(0)) {
    this.#script = script
    this.#memory = memory
  }

  /** The calls that nobody has made yet. */
  get left(): ReadonlyArray<ScriptStep["call"]> {
    return this.#script.slice(this.#at).map(({ call }) => call)
  }

  compile(): Compiled | RefusedReason {
    return this.#next("compile").answer
  }

  instantiate(_compiled: Compiled, host: InstanceHost): EngineInstance {
    this.#act("instantiate", host)
    const memory = this.#memory
    return {
      start: () => void this.#act("start", host),
      call: (functionName, args) => {
        const step = this.#act("call", host, showCall(functionName, args))
        return step.answer ?? []
      },
      renew: () => undefined,
      fuelRemaining: () => this.#next("fuelRemaining").answer,
      counter: () => ({ read: () => 0, write: () => undefined }),
      memoryBytes: () => memory,
      memorySize: () => ({ pages: memory.length / PAGE_BYTES, highWaterBytes: memory.length }),
      capture: () => this.#act("capture", host).answer ?? NOTHING,
      cleanUp: () => void this.#act("cleanUp", host)
    }
  }

  #act<Call extends Exclude<ScriptStep["call"], "compile" | "fuelRemaining">>(
    call: Call,
    host: InstanceHost,
    shown: string = call
  ): Extract<ScriptStep, { readonly call: Call }> {
    const step = this.#next(call, shown)
    // The cast: every step but two is an acting one, which the compiler loses sight of under a type parameter.
    const { does, fault } = step as Acting<string>
    does?.(host)
    if (fault !== undefined) throw fault
    return step
  }

  #next<Call extends ScriptStep["call"]>(
    call: Call,
    shown: string = call
  ): Extract<ScriptStep, { readonly call: Call }> {
    const step = this.#script[this.#at]
    if (step?.call !== call || (step.call === "call" && !fits(step, shown))) {
      const expected = step === undefined ? "no more calls" : showStep(step)
      const what = `step ${this.#at + 1}: expected ${expected}, got ${shown}`
      this.unexpected.push(what)
      throw new Error(`the scripted engine, ${what}`)
    }
    this.#at += 1
    // The cast: its `call` was just compared.
    return step as Extract<ScriptStep, { readonly call: Call }>
  }
}

const PAGE_BYTES = 65_536
const NOTHING: Captured = { memories: [], globals: [], tables: [] }

const showCall = (functionName: string, args: ReadonlyArray<Value>): string =>
  `call ${functionName}(${args.join(", ")})`

type CallStep = Extract<ScriptStep, { readonly call: "call" }>

/** A step may leave open which function is called, or with which arguments. */
const fits = ({ functionName, args }: CallStep, shown: string): boolean =>
  functionName === undefined ||
  (args === undefined ? shown.startsWith(`call ${functionName}(`) : shown === showCall(functionName, args))

const showStep = (step: ScriptStep): string =>
  step.call === "call" && step.functionName !== undefined
    ? showCall(step.functionName, step.args ?? ["…"])
    : step.call
