import type { MeteredModule } from "../../fuel/meter/MeteredModule.ts"
import { meterModule } from "../../fuel/meter/meterModule.ts"
import type { Placement } from "../../fuel/meter/Placement.ts"
import {
  LimitExceeded,
  Malformed as MalformedReason,
  type RefusedReason,
  Unsupported
} from "../../outcome/RefusedReason.ts"
import { decodeModule } from "../../wasm/decodeModule.ts"
import { type Freshness, freshnessOf } from "../../wasm/freshness.ts"
import { InstructionReader } from "../../wasm/InstructionReader.ts"
import { attempt, Malformed } from "../../wasm/Malformed.ts"
import type { Module } from "../../wasm/Module.ts"
import { type MutableState, mutableState } from "../../wasm/mutableState.ts"
import { type Feature, OP } from "../../wasm/Opcodes.ts"
import { bodiesOf } from "../../wasm/sectionOf.ts"
import { featuresOf } from "../../wasm/usedFeatures.ts"
import { usedRows } from "../../wasm/usedRows.ts"
import { NONDETERMINISTIC_FEATURES, type RunPolicy } from "../RunPolicy.ts"
import { checkFunctions } from "./checkFunctions.ts"
import { checkLimits } from "./checkLimits.ts"
import { meterOptionsOf, poolOptionsOf } from "./meterOptionsOf.ts"
import type { TypeBudget } from "./TypeBudget.ts"

/**
 * From bytes to a metered module, stopping at the first thing that is wrong.
 *
 * ```
 *   size ─ decode ─ limits ─ features ─ types ─ the engine's validator ─ sleep ─ meter ─ functions
 * ```
 * The validator runs on the guest's own bytes, before the meter: the meter may then believe what it reads, and
 * an invalid module is reported at the offset that its author knows.
 */
export interface Prepared {
  readonly module: Module
  readonly metered: MeteredModule
  readonly features: ReadonlyArray<Feature>
  readonly nondeterminism: ReadonlyArray<Feature>
  readonly state: MutableState
  readonly freshness: Freshness
}

/** What an engine says of bytes that decode: `undefined`, or its own sentence about what is wrong. */
export type Validate = (bytes: Uint8Array) => string | undefined

export const prepareModule = (
  bytes: Uint8Array,
  policy: RunPolicy,
  placement: Placement,
  engineFeatures: ReadonlySet<Feature>,
  types: TypeBudget,
  validate: Validate,
  forPool = false
): Prepared | RefusedReason => {
  if (bytes.length > policy.moduleBytesMax)
    return new LimitExceeded("moduleBytesMax", policy.moduleBytesMax, bytes.length)
  const module = decodeModule(bytes)
  if (module instanceof Malformed) return malformed(module)
  const over = attempt(() => checkLimits(module, policy))
  if (over instanceof Malformed) return malformed(over)
  if (over !== undefined) return over
  const used = attempt(() => usedRows(module))
  if (used instanceof Malformed) return malformed(used)
  const features = featuresOf(module, used)
  const refused = checkFeatures(features, policy, engineFeatures)
  if (refused !== undefined) return refused
  // Before the validator, which keeps the types of what it validates.
  const tooMany = types.take(module)
  if (tooMany !== undefined) return tooMany
  const invalid = validate(bytes)
  if (invalid !== undefined) return invalidModule(invalid)
  if (features.has("threads") && waits(module))
    return new Unsupported("memory.atomic.wait", "no other thread is there to end it, nor fuel or deadline")
  const state = mutableState(module, used)
  const freshness = freshnessOf(state)
  const options = meterOptionsOf(module, policy, placement)
  const metered = meterModule(module, forPool ? { ...options, ...poolOptionsOf(state, freshness) } : options)
  if (metered instanceof Malformed) return malformed(metered)
  const tooMuch = checkFunctions(module, metered.frameSlots, policy)
  if (tooMuch !== undefined) return tooMuch
  return {
    module,
    metered,
    features: [...features],
    nondeterminism: NONDETERMINISTIC_FEATURES.filter((feature) => features.has(feature)),
    state,
    freshness
  }
}

/** Whether some function can put its thread to sleep: on the caller's own thread, the event loop, for ever. */
const waits = (module: Module): boolean => {
  const reader = new InstructionReader(module.bytes, 0, 0)
  return bodiesOf(module).some(({ code }) => {
    reader.reset(code.start, code.end)
    while (reader.next())
      if (reader.op === OP["memory.atomic.wait32"] || reader.op === OP["memory.atomic.wait64"]) return true
    return false
  })
}

const malformed = ({ what, offset }: Malformed): MalformedReason => new MalformedReason(what, offset)

/** V8 says `… @+123` where it knows the place. */
const invalidModule = (sentence: string): MalformedReason => {
  const offset = /@\+(\d+)/.exec(sentence)?.[1]
  const what = sentence.replace(/^WebAssembly\.\w+\(\): /, "").replace(/ @\+\d+$/, "")
  return new MalformedReason(what, offset === undefined ? undefined : Number(offset))
}

const checkFeatures = (
  features: ReadonlySet<Feature>,
  policy: RunPolicy,
  engineFeatures: ReadonlySet<Feature>
): Unsupported | undefined => {
  for (const feature of NONDETERMINISTIC_FEATURES)
    if (features.has(feature) && !policy.allow.includes(feature))
      return new Unsupported(
        feature,
        `it makes one run differ from another; the policy's field allow may name it`
      )
  for (const feature of features)
    if (!engineFeatures.has(feature))
      return new Unsupported(feature, "this version of the engine does not have it")
  return undefined
}
