import type { Account } from "../../fuel/Account.ts"
import { Missing } from "../../outcome/Missing.ts"
import { showValue } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { FailureCause, RawFrame } from "../Firing.ts"
import { EngineFault } from "./EngineFault.ts"
import { trapModuleUrl, WASM_FRAME } from "./hostModules.ts"

/**
 * What V8 threw, as a fault: the host's own word first, then V8's.
 *
 * Why a guest was stopped stands in the account, written by whoever stopped it; only where the host did nothing
 * is the exception looked at. Frames are read from V8's text, which is safe because the compiled module has no
 * names that a guest could have filled with lines of its own.
 */
export const readFailure = (
  thrown: unknown,
  compiled: Compiled,
  instance: WebAssembly.Instance | undefined,
  account: Account,
  hostFault: FailureCause | undefined
): EngineFault => {
  const frames = framesOf(thrown, compiled)
  if (hostFault !== undefined) return new EngineFault(hostFault, frames)
  const stopped = stoppedBy(account)
  if (stopped !== undefined) return new EngineFault(stopped, frames)
  if (thrown instanceof WebAssembly.RuntimeError)
    return new EngineFault({ kind: "trap", message: thrown.message }, frames)
  if (thrown instanceof WebAssembly.Exception)
    return new EngineFault(readException(thrown, compiled, instance), frames)
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return new EngineFault({ kind: "engine", what }, frames)
}

const stoppedBy = (account: Account): FailureCause | undefined => {
  switch (account.stop) {
    case undefined:
    case "host":
      return undefined
    case "growth":
      return { kind: "engine", what: "V8 refused to grow a memory or a table below the guest's own limit" }
    default:
      return { kind: account.stop }
  }
}

/** Bytes of V8's stack text that are read: 256 frames and some. */
const STACK_TEXT_MAX = 65_536

const framesOf = (thrown: unknown, compiled: Compiled): ReadonlyArray<RawFrame> | Missing => {
  const text = thrown instanceof Error ? thrown.stack : undefined
  if (text === undefined) return new Missing("the engine records no stack for an exception of the guest's")
  // The meter's functions come after the guest's.
  return guestFrames(text.slice(0, STACK_TEXT_MAX).split("\n"), ownUrl()).filter(
    ({ funcIndex }) => funcIndex < compiled.plan.guestFuncs
  )
}

/**
 * The guest's frames among the lines of a stack: the first run of WebAssembly frames that are not our own trap's.
 *
 * Above it lies what the guest had called, below it what had called the guest; on the caller's own thread that can
 * be WebAssembly again, of the same module even. Between two frames of one guest there is never anything else,
 * since nothing that it calls has a way back in.
 */
export const guestFrames = (
  lines: ReadonlyArray<string>,
  trapUrl: string | undefined
): ReadonlyArray<RawFrame> => {
  const frames: Array<RawFrame> = []
  let guestUrl: string | undefined
  for (const line of lines) {
    const [, url, funcIndex, offset] = WASM_FRAME.exec(line) ?? []
    if (url === undefined || (url === trapUrl && guestUrl === undefined) || (guestUrl ?? url) !== url) {
      if (guestUrl !== undefined) break
      continue
    }
    guestUrl = url
    frames.push({ funcIndex: Number(funcIndex), meteredOffset: Number.parseInt(offset ?? "", 16) })
  }
  return frames
}

/** Found out at the first failure: it takes a trap. */
const ownUrl = (): string | undefined => {
  trapUrl ??= { url: trapModuleUrl() }
  return trapUrl.url
}
let trapUrl: { readonly url: string | undefined } | undefined

const readException = (
  thrown: WebAssembly.Exception,
  compiled: Compiled,
  instance: WebAssembly.Instance | undefined
): FailureCause => {
  const tags = compiled.plan.exports.tags.map((name) => instance?.exports[name])
  const tagIndex = tags.findIndex((tag) => tag instanceof WebAssembly.Tag && thrown.is(tag))
  const tag = tags[tagIndex]
  if (!(tag instanceof WebAssembly.Tag)) return { kind: "exception", tagIndex: undefined, payload: [] }
  const payload = (compiled.tags[tagIndex] ?? []).map(
    (type, i) => `${type} ${readPayload(thrown, tag, type, i)}`
  )
  return { kind: "exception", tagIndex, payload }
}

const readPayload = (
  thrown: WebAssembly.Exception,
  tag: WebAssembly.Tag,
  type: string,
  index: number
): string => {
  // The JavaScript API has no vector and no exception reference.
  if (type === "v128" || type === "exnref") return "unreadable"
  try {
    return showReference(thrown.getArg(tag, index))
  } catch {
    return "unreadable"
  }
}

/** A value as text; of a reference what it points at, as far as one can say from outside. */
export const showReference = (value: unknown): string => {
  if (value === null || typeof value === "number" || typeof value === "bigint") return showValue(value)
  if (typeof value === "function") return `func ${value.name}`
  return value === undefined ? "undefined" : typeof value
}
