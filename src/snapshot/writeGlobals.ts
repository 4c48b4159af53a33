import type { GlobalEvidence } from "../outcome/Evidence.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import type { Unsupported } from "../outcome/RefusedReason.ts"
import type { Global } from "../wasm/Module.ts"
import { sectionOf } from "../wasm/sectionOf.ts"
import { constantOf, WhyNot } from "./constants.ts"
import { type Prepared, refuse } from "./prepareSnapshot.ts"

/** A module's globals as they are now: those that its code sets begin with the value that they have. */
export interface WrittenGlobals {
  readonly globals: ReadonlyArray<Global>
  /** Those that were written anew. */
  readonly written: ReadonlyArray<number>
}

export const writeGlobals = (
  { module, facts }: Prepared,
  captured: ReadonlyArray<GlobalEvidence> | Missing
): WrittenGlobals | Unsupported => {
  const globals = [...(sectionOf(module, "global")?.globals ?? [])]
  const written = [...facts.globalsSet].sort((a, b) => a - b).filter((index) => index < globals.length)
  if (written.length > 0 && isMissing(captured))
    return refuse(`its globals could not be read: ${captured.why}`)
  const values = new Map(
    isMissing(captured) ? [] : captured.map(({ globalIndex, value }) => [globalIndex, value])
  )
  for (const globalIndex of written) {
    const global = globals[globalIndex]
    const value = values.get(globalIndex)
    if (global === undefined || value === undefined)
      return refuse(`its global ${globalIndex} was not captured`)
    if (isMissing(value)) return refuse(`its global ${globalIndex} could not be read: ${value.why}`)
    const init = constantOf(global.type.type, value)
    if (init instanceof WhyNot) return refuse(`its global ${globalIndex} ${init.why}`)
    globals[globalIndex] = { type: global.type, init }
  }
  return { globals, written }
}
