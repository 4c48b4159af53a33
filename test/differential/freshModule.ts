import type { Compiled } from "../../src/runtime/Compiled.ts"
import { RUN_POLICY_DEFAULT, type RunPolicy } from "../../src/runtime/RunPolicy.ts"
import { requestFor, v8Engine } from "../runtime/fireHere.ts"
import { chanceOf } from "../soak/shuffled.ts"
import { FreshLab, type FreshOptions } from "./FreshLab.ts"
import { randomCall, STAND_IN_GRANTS, standIns } from "./freshCalls.ts"

/** What came of random calls of one module, on a reused instance and on new ones. */
export interface Compared {
  /** How it gets an instance that is as new; why not, where nothing could be compared. */
  readonly way: string
  readonly calls: number
  readonly reused: number
  /** The first in which they differed, each with its call. */
  readonly differences: ReadonlyArray<string>
}

export interface CompareOptions {
  readonly calls: number
  readonly seed: number
  readonly fuelMax?: number
  /** Milliseconds after which a module has been compared enough. */
  readonly msMax?: number
  /** How an instance is put back, instead of how it is. */
  readonly restorable?: (compiled: Compiled) => NonNullable<FreshOptions["restorable"]>
}

export const compareModule = (wasm: Uint8Array, options: CompareOptions): Compared => {
  const { calls, seed, fuelMax = 20_000, msMax = Number.POSITIVE_INFINITY, restorable } = options
  const nothing = (why: string): Compared => ({ way: why, calls: 0, reused: 0, differences: [] })
  const known = v8Engine.compile(wasm, POLICY, true)
  if ("_tag" in known) return nothing(`refused: ${known._tag}`)
  const hosts = standIns(known)
  if (hosts === undefined) return nothing("imports what no host function can be")
  const asked = requestFor(wasm, { policy: POLICY, timeoutMs: 600_000 })
  const request = {
    ...asked,
    declarations: hosts.declarations,
    grants: STAND_IN_GRANTS
  }
  const chance = chanceOf(seed)
  const lab = FreshLab.of(wasm, {
    ...{ request, locals: hosts.locals, inTurns: seed % 2 === 1 },
    ...(restorable === undefined ? {} : { restorable: restorable(known) })
  })
  if (typeof lab === "string") return nothing(lab)
  const differences: Array<string> = []
  const endMs = performance.now() + msMax
  for (let i = 0; i < calls && performance.now() < endMs && differences.length < DIFFERENCES_MAX; i++) {
    const call = randomCall(known, chance, fuelMax)
    if (call === undefined) return nothing("exports nothing that can be called")
    const differs = lab.fire(call)
    if (differs !== undefined)
      differences.push(`${call.functionName}(${call.args.join()}) with ${call.fuel}: ${differs}`)
  }
  return { way: lab.way, calls: lab.calls, reused: lab.reused, differences }
}

/** A failure is run once more to the unit; of a large module that takes a build of it that is larger still. */
const POLICY: RunPolicy = {
  ...RUN_POLICY_DEFAULT,
  exactModuleBytesMax: 300_000,
  memoryPagesMax: 4_096,
  allow: ["relaxed-simd"]
}

const DIFFERENCES_MAX = 5
