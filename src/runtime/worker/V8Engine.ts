import { meterModule } from "../../fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT, PLACEMENT_EXACT, type Placement } from "../../fuel/meter/Placement.ts"
import { Missing } from "../../outcome/Missing.ts"
import {
  LimitExceeded,
  Malformed as MalformedReason,
  type RefusedReason
} from "../../outcome/RefusedReason.ts"
import { decodeModule } from "../../wasm/decodeModule.ts"
import { Malformed } from "../../wasm/Malformed.ts"
import type { Compiled } from "../Compiled.ts"
import type { RunPolicy } from "../RunPolicy.ts"
import { describeModule } from "./describeModule.ts"
import type { Engine, EngineInstance, InstanceHost } from "./Engine.ts"
import { HeldMemories } from "./HeldMemories.ts"
import { meterOptionsOf } from "./meterOptionsOf.ts"
import { prepareModule } from "./prepareModule.ts"
import { TypeBudget } from "./TypeBudget.ts"
import { V8Instance } from "./V8Instance.ts"
import { detectFeatures } from "./v8Features.ts"

/**
 * The V8 that we run in, behind the engine's contract.
 *
 * V8 has no fuel, no depth and no limits that could be relied on, so everything of that kind is in the module
 * by now; what is left to do here is to compile, to connect and to ask.
 */
export class V8Engine implements Engine {
  readonly name = "v8"
  readonly versions = { node: process.versions.node, v8: process.versions.v8, munition: MUNITION_VERSION }
  readonly #features = detectFeatures()
  readonly #types: TypeBudget
  readonly #memories: HeldMemories
  readonly #placement: Placement

  /**
   * @param memories who counts those of its instances
   * @param placement where {@link compile} charges; the outcome of a firing does not depend on it
   */
  constructor(
    types: TypeBudget = new TypeBudget(),
    memories: HeldMemories = new HeldMemories(),
    placement: Placement = PLACEMENT_DEFAULT
  ) {
    this.#types = types
    this.#memories = memories
    this.#placement = placement
  }

  compile(bytes: Uint8Array, policy: RunPolicy, forPool = false): Compiled | RefusedReason {
    const placement = this.#placement
    const prepared = prepareModule(bytes, policy, placement, this.#features, this.#types, validate, forPool)
    if (!("metered" in prepared)) return prepared
    const { module, metered, features, nondeterminism, state, freshness } = prepared
    try {
      return {
        ...describeModule(module, metered.plan),
        placement,
        module: new WebAssembly.Module(metered.bytes),
        features,
        nondeterminism,
        freshness,
        writesTables: state.tables.length > 0,
        meteredBytes: metered.bytes.length
      }
    } catch (cause) {
      // V8 accepted the guest's own bytes a moment ago, so this is a bound of V8's that metering has crossed.
      return new MalformedReason(`the metered module: ${messageOf(cause)}`, undefined)
    }
  }

  /** Nothing is checked again but that V8 takes it: an exact build is some times as large. */
  compileExact(known: Compiled, bytes: Uint8Array, policy: RunPolicy): Compiled | Missing {
    const module = decodeModule(bytes)
    if (module instanceof Malformed) return new Missing("the module cannot be read again")
    const metered = meterModule(module, meterOptionsOf(module, policy, PLACEMENT_EXACT))
    if (metered instanceof Malformed) return new Missing("the module cannot be metered again")
    try {
      return {
        ...known,
        plan: metered.plan,
        placement: PLACEMENT_EXACT,
        module: new WebAssembly.Module(metered.bytes),
        meteredBytes: metered.bytes.length
      }
    } catch (cause) {
      return new Missing(`the exact build: ${messageOf(cause)}`)
    }
  }

  whyNotInstantiate(compiled: Compiled): LimitExceeded | undefined {
    const over = this.#memories.whyNot(compiled)
    return over && new LimitExceeded(over.limit, over.bound, over.value)
  }

  get isBehind(): boolean {
    return this.#memories.isBehind
  }

  instantiate(compiled: Compiled, host: InstanceHost): EngineInstance {
    return new V8Instance(compiled, host, this.#memories)
  }
}

/** Of this package; a test holds it to package.json. */
export const MUNITION_VERSION = "0.1.0"

const validate = (bytes: Uint8Array): string | undefined => {
  // The cast: a view of shared memory is copied by V8 before it looks at it.
  const source = bytes as Uint8Array<ArrayBuffer>
  if (WebAssembly.validate(source)) return undefined
  try {
    new WebAssembly.Module(source)
    return undefined
  } catch (cause) {
    return messageOf(cause)
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
