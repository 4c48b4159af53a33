import type { HostValue } from "../../host/HostDeclaration.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { Limits } from "../../wasm/Module.ts"
import type { Compiled } from "../Compiled.ts"
import type { InstanceHost } from "./Engine.ts"
import { trap } from "./hostModules.ts"
import { jspi } from "./jspi.ts"

/**
 * What an instance is given: the host functions that it was granted, and the memories that a pool keeps for it.
 *
 * @param abandon ends the call that runs, whose guest is left suspended where the host function was called
 */
export const importsOf = (
  compiled: Compiled,
  host: InstanceHost,
  memories: ReadonlyArray<WebAssembly.Memory>,
  abandon: (here: Error) => void
): WebAssembly.Imports => {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null)
  for (const link of host.links) {
    const { module, name, type } = link.declaration
    const fields = imports[module] ?? Object.create(null)
    imports[module] = fields
    const later = laterOf(host, link, abandon)
    fields[name] =
      later ??
      ((...args: ReadonlyArray<HostValue>) => {
        const results = host.caller.call(link, args)
        if (results === undefined) return trap()
        return type.results.length > 1 ? results : results[0]
      })
  }
  for (const [index, { module, name }] of compiled.plan.memoryImports.entries()) {
    const memory = memories[index]
    const fields = imports[module] ?? Object.create(null)
    imports[module] = fields
    if (memory !== undefined) fields[name] = memory
  }
  return imports
}

/**
 * An import that suspends the guest while a remote host function answers, where that can be.
 *
 * A guest that is to stop is left as it is, suspended for good: whatever an import leaves with after a suspension,
 * a guest could catch.
 */
const laterOf = (
  { caller, askRemote }: InstanceHost,
  link: ResolvedLink,
  abandon: (here: Error) => void
): WebAssembly.ImportValue | undefined => {
  if (link.declaration.kind !== "remote" || jspi === undefined || askRemote === undefined) return undefined
  const { results: types } = link.declaration.type
  const suspending = new jspi.Suspending(async (...args: ReadonlyArray<HostValue>) => {
    const here = new Error("the guest was stopped in a host call")
    const results = await caller.callLater?.(link, args, askRemote)
    if (results !== undefined) return types.length > 1 ? results : results[0]
    abandon(here)
    return new Promise(() => undefined)
  })
  // The cast: the declarations do not have it; to V8 it is a function.
  return suspending as unknown as WebAssembly.ImportValue
}

/** The limits are those of the import, which the meter has lowered to what the policy allows. */
export const makeMemory = ({ address, shared, min, max }: Limits): WebAssembly.Memory => {
  const count = (pages: bigint) => (address === "i64" ? pages : Number(pages))
  // The cast: the declarations do not know of memories with 64-bit addresses.
  return new WebAssembly.Memory({
    initial: count(min),
    shared,
    ...(max === undefined ? {} : { maximum: count(max) }),
    ...(address === "i64" ? { address } : {})
  } as WebAssembly.MemoryDescriptor)
}
