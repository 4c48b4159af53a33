import compile from "watr/compile"
import { parseWat } from "../guests/wat.ts"
import { roundFloats } from "./roundFloats.ts"
import type { ModuleSource } from "./Script.ts"

/**
 * A module of a script as bytes.
 *
 * `watr` reads the text of WebAssembly 3.0; what it does not, the legacy exceptions, `wabt` does. Neither is
 * asked whether the module is valid, and what they make of one is judged by running it.
 *
 * *Returns* the bytes, or a sentence where neither reads the text.
 */
export const compileText = (source: ModuleSource): Uint8Array<ArrayBuffer> | string => {
  const first = compileFirst(source)
  if (typeof first !== "string") return first
  return compileSecond(source) ?? first
}

/** What the other compiler makes of it: a second opinion where the first changed what was to be judged. */
export const compileSecond = (source: ModuleSource): Uint8Array<ArrayBuffer> | undefined => {
  if (source.kind === "binary") return undefined
  try {
    return parseWat("module.wat", textOf(source))
  } catch {
    return undefined
  }
}

const compileFirst = (source: ModuleSource): Uint8Array<ArrayBuffer> | string => {
  if (source.kind === "binary") return source.bytes
  try {
    const made: Uint8Array = compile(roundFloats(textOf(source)))
    return new Uint8Array(made)
  } catch (cause) {
    return firstLine(cause)
  }
}

const textOf = (source: Exclude<ModuleSource, { readonly kind: "binary" }>): string =>
  source.kind === "quote" ? `(module ${source.text}\n)` : source.text

const firstLine = (cause: unknown): string =>
  String(cause instanceof Error ? cause.message : cause).split("\n")[0] ?? ""
