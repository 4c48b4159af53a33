import type { HostCall } from "../../host/builtin/table.ts"
import { type HostDeclaration, importKey } from "../../host/HostDeclaration.ts"
import { builtinCalls } from "./HostBridge.ts"

/**
 * The functions that answer a firing's local links: the built-in ones, and those of the modules that were
 * declared, each module loaded once a thread.
 *
 * One that cannot be loaded gets a function that says so when it is called: a guest that never calls it is not
 * held up by it.
 */
export const loadLocals = async (
  declarations: ReadonlyArray<HostDeclaration>
): Promise<ReadonlyMap<string, HostCall>> => {
  if (!declarations.some(({ kind }) => kind === "local")) return builtinCalls()
  const calls = new Map(builtinCalls())
  for (const declaration of declarations)
    if (declaration.kind === "local")
      calls.set(
        importKey(declaration.module, declaration.name),
        await load(declaration.url, declaration.exportName)
      )
  return calls
}

const load = async (url: string, exportName: string): Promise<HostCall> => {
  try {
    const loaded: unknown = (await import(url))[exportName]
    // The cast: what it answers is checked at every call.
    if (typeof loaded === "function") return loaded as HostCall
    return failing(`${url} exports no function ${exportName}`)
  } catch (cause) {
    return failing(`${url} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

const failing =
  (what: string): HostCall =>
  () => {
    throw new Error(what)
  }
