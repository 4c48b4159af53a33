import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import { compileSecond, compileText } from "./compileText.ts"
import type { Engine } from "./Engine.ts"
import { compare, judge } from "./judge.ts"
import { type Loaded, load } from "./Loaded.ts"
import type { Outcome } from "./Outcome.ts"
import type { Command, ModuleSource } from "./Script.ts"
import { PASSED, type Result, type Skip, type Verdict } from "./Verdict.ts"
import { World } from "./World.ts"

/**
 * Runs one script on plain V8 and on metered modules, side by side, and judges each command.
 *
 * ```
 *   plain V8 does not do what is asked      → skipped
 *   it does, and every metered world too    → passed
 *   it does, and a metered world does not   → failed
 * ```
 * Metered worlds must agree on the fuel of a call that returns, wherever they charge.
 */
export class ScriptRunner {
  readonly #plain: World
  readonly #metered: ReadonlyArray<World>
  readonly #definitions = new Map<string | undefined, Loaded | Unloaded>()
  /** Modules that went through reading and writing. */
  modules = 0

  constructor(plain: Engine, metered: ReadonlyArray<Engine>) {
    this.#plain = new World(plain)
    this.#metered = metered.map((engine) => new World(engine))
  }

  run(command: Command): Verdict {
    const assertion =
      command.kind === "unknown" ? command.word.startsWith("assert_") : ASSERTIONS.has(command.kind)
    return { line: command.line, assertion, result: this.#attempt(command) }
  }

  /** What is thrown is a defect, the reader's or this runner's: it fails the command and not the run. */
  #attempt(command: Command): Result {
    try {
      return this.#result(command)
    } catch (cause) {
      return { kind: "failed", why: `defect: ${cause instanceof Error ? cause.stack : cause}` }
    }
  }

  #result(command: Command): Result {
    switch (command.kind) {
      case "unknown":
        return skip("script", "the runner does not read the command", command.word)
      case "register":
        for (const world of this.#worlds) world.register(command.as, command.name)
        return PASSED
      case "module":
      case "definition": {
        const loaded = this.#load(command.source)
        this.#definitions.set(command.name, loaded).set(undefined, loaded)
        return command.kind === "definition"
          ? this.#withModule(command, loaded, (world, module) => world.define(module))
          : this.#instantiate(command, loaded, command.name)
      }
      case "instance": {
        const loaded =
          this.#definitions.get(command.of) ??
          skip("script", "no such definition", command.of ?? "the last one")
        return this.#instantiate(command, loaded, command.name)
      }
      case "refused":
        return this.#refused(command.source)
      case "unlinkable":
        return this.#withModule(command, this.#load(command.source), (world, module) =>
          world.tryInstantiate(module)
        )
      case "traps": {
        const { action } = command
        if (action.kind !== "instantiate") return this.#everywhere(command, (world) => world.act(action))
        return this.#withModule(command, this.#load(action.source), (world, module) =>
          world.tryInstantiate(module)
        )
      }
      default:
        return this.#everywhere(command, (world) => world.act(command.action))
    }
  }

  get #worlds(): ReadonlyArray<World> {
    return [this.#plain, ...this.#metered]
  }

  #load(source: ModuleSource): Loaded | Unloaded {
    const first = compileText(source)
    if (typeof first === "string") return skip("compiler", UNREAD, first)
    const bytes = WebAssembly.validate(first) ? first : (validSecond(source) ?? first)
    const valid = WebAssembly.validate(bytes)
    const loaded = load(bytes)
    if (valid) this.modules++
    if (typeof loaded !== "string") return loaded
    return valid ? { kind: "failed", why: loaded } : skip("engine", REFUSES, loaded)
  }

  #instantiate(command: Command, loaded: Loaded | Unloaded, name: string | undefined): Result {
    if (!("bytes" in loaded))
      for (const world of this.#worlds)
        world.lack(loaded.kind === "failed" ? loaded.why : loaded.skip.why, name)
    return this.#withModule(command, loaded, (world, module) => world.instantiate(module, name))
  }

  #withModule(
    command: Command,
    loaded: Loaded | Unloaded,
    perform: (world: World, module: Loaded) => Outcome
  ): Result {
    return "bytes" in loaded ? this.#everywhere(command, (world) => perform(world, loaded)) : loaded
  }

  #everywhere(command: Command, perform: (world: World) => Outcome): Result {
    const plain = perform(this.#plain)
    const metered = this.#metered.map((world) => ({ world, outcome: perform(world) }))
    const wrong = judge(command, plain)
    if (wrong !== undefined) return skip("engine", whyNot(plain), wrong)
    for (const { world, outcome } of metered) {
      const why = judge(command, outcome) ?? compare(plain, outcome) ?? this.#fuel(command, world, outcome)
      if (why !== undefined) return { kind: "failed", why: `${world.engine.name}: ${why}` }
    }
    return this.#sameFuel(metered.map(({ outcome }) => outcome))
  }

  #fuel(command: Command, world: World, outcome: Outcome): string | undefined {
    if (outcome.kind !== "returned" || !("action" in command) || command.action.kind === "instantiate")
      return undefined
    return outcome.charged === 0 && world.charges(command.action) ? "charged nothing for the call" : undefined
  }

  #sameFuel(outcomes: ReadonlyArray<Outcome>): Result {
    const charged = outcomes.map((outcome) => (outcome.kind === "returned" ? outcome.charged : undefined))
    if (charged.every((units) => units === charged[0])) return PASSED
    const names = this.#metered.map(({ engine }, index) => `${charged[index]} ${engine.name}`)
    return { kind: "failed", why: `fuel: ${names.join(", ")}` }
  }

  /** A module that is malformed or invalid: our reader or V8's validator says so, before the meter is asked. */
  #refused(source: ModuleSource): Result {
    if (source.kind === "quote") return skip("text", "about the text format", "a module in quotes")
    const bytes = compileText(source)
    if (typeof bytes === "string") return skip("compiler", UNREAD, bytes)
    if (isRefused(bytes)) return PASSED
    if (source.kind === "binary") return skip("engine", `${V8} accepts the module`, "binary")
    // A compiler may change what is wrong with a module; then the other one's bytes are asked about.
    const second = compileSecond(source)
    if (second !== undefined && isRefused(second)) return PASSED
    return skip("compiler", "the text compilers make a valid module of it", "V8 accepts it")
  }
}

const isRefused = (bytes: Uint8Array<ArrayBuffer>): boolean =>
  decodeModule(bytes) instanceof Malformed || !WebAssembly.validate(bytes)

type Unloaded = Extract<Result, { readonly kind: "failed" | "skipped" }>

const skip = (kind: Skip["kind"], why: string, detail: string) =>
  ({ kind: "skipped", skip: { kind, why, detail } }) as const

const validSecond = (source: ModuleSource): Uint8Array<ArrayBuffer> | undefined => {
  const second = compileSecond(source)
  return second !== undefined && WebAssembly.validate(second) ? second : undefined
}

/** Why plain V8's outcome is not the one that is asked for, without the particulars. */
const whyNot = (plain: Outcome): string => {
  switch (plain.kind) {
    case "absent":
      return plain.message
    case "refused":
      return REFUSES
    case "unlinkable":
      return `${V8} does not link the module`
    case "returned":
      return `${V8} returns something else`
    default:
      return `${V8} does something else`
  }
}

const V8 = `V8 ${process.versions.v8.split(".").slice(0, 2).join(".")} itself`

const REFUSES = `${V8} refuses the module`
const UNREAD = "the text compilers do not read the module"

const ASSERTIONS: ReadonlySet<Command["kind"]> = new Set<Command["kind"]>([
  ...(["returns", "traps", "exhausts", "throws", "unlinkable", "refused"] as const)
])
