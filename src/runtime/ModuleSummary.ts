import { type HostDeclaration, importKey } from "../host/HostDeclaration.ts"
import type { ImportDescriptor } from "../host/link.ts"
import { offered } from "../host/offered.ts"
import { CapabilityDenied, type UnknownFunction } from "../outcome/RefusedReason.ts"
import type { Freshness } from "../wasm/freshness.ts"
import type { Compiled, ExportedFunction, MemorySummary } from "./Compiled.ts"
import { unknownFunction } from "./unknownFunction.ts"

/** What validating a module tells of it: what it offers, what it wants, and what it is made of. */
export interface ModuleSummary {
  readonly moduleHash: string
  readonly bytes: number
  readonly meteredBytes: number
  readonly functions: ReadonlyArray<ExportedFunction>
  readonly imports: ReadonlyArray<ImportSummary>
  readonly memories: ReadonlyArray<MemorySummary>
  readonly startFunction: boolean
  readonly features: ReadonlyArray<string>
  /** Features that make one run differ from the next; they were allowed, or the module would be refused. */
  readonly nondeterminism: ReadonlyArray<string>
  /** How a pool gets an instance that is as new from one that has run. */
  readonly freshness: Freshness
}

export type ImportSummary = ImportDescriptor & {
  /** The capability that would allow it, `undefined` where none of this version does. */
  readonly capability: string | undefined
}

export const summarize = (
  compiled: Compiled,
  moduleHash: string,
  bytes: number,
  declared: ReadonlyArray<HostDeclaration>
): ModuleSummary => {
  const functions = offered(declared)
  return {
    moduleHash,
    bytes,
    meteredBytes: compiled.meteredBytes,
    functions: compiled.exports,
    imports: compiled.imports.map((one) => ({
      ...one,
      capability: functions.get(importKey(one.module, one.name))?.capability
    })),
    memories: compiled.memories,
    startFunction: compiled.plan.exports.start !== undefined,
    features: compiled.features,
    nondeterminism: compiled.nondeterminism,
    freshness: compiled.freshness
  }
}

/** What the caller wants of a module. */
export interface Expectations {
  /** Names under which a function must be exported. */
  readonly requiredExports?: ReadonlyArray<string> | undefined
  /** Imports that it may have, `module.name` or `module.*`; without it any. */
  readonly allowedImports?: ReadonlyArray<string> | undefined
}

/** *Returns* the first expectation that the module does not meet. */
export const checkExpectations = (
  summary: ModuleSummary,
  { requiredExports = [], allowedImports }: Expectations
): UnknownFunction | CapabilityDenied | undefined => {
  const names = summary.functions.map(({ name }) => name)
  const missing = requiredExports.find((name) => !names.includes(name))
  if (missing !== undefined) return unknownFunction(missing, summary.functions)
  if (allowedImports === undefined) return undefined
  const allowed = new Set(allowedImports)
  const extra = summary.imports.find(
    ({ module, name }) => !allowed.has(`${module}.${name}`) && !allowed.has(`${module}.*`)
  )
  return (
    extra &&
    new CapabilityDenied(extra.module, extra.name, extra.capability, "it is not among the allowed imports")
  )
}
