import { jspi } from "./jspi.ts"

/**
 * Two modules of a few bytes that stand between V8 and us.
 *
 * `HOOKS` imports three JavaScript functions and exports them again, because a table of functions takes only
 * exported WebAssembly functions; `park` is called by one of its own, so that there is no frame of JavaScript between
 * the guest and the import that suspends it. `TRAP` exports one that executes `unreachable`: the only thing that a host
 * function can leave with and no `catch_all` of a guest swallows. An `Error` would be, and a `RuntimeError`
 * that we made as well.
 */

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

const HOOKS = [
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f],
  ...[0x02, 0x13, 0x03, 0x01, 0x68, 0x01, 0x72, 0x00, 0x00, 0x01, 0x68, 0x01, 0x73, 0x00, 0x00],
  ...[0x01, 0x68, 0x01, 0x70, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x0d, 0x03, 0x01, 0x72, 0x00, 0x00, 0x01, 0x73, 0x00, 0x01, 0x01, 0x70, 0x00, 0x03],
  ...[0x0a, 0x08, 0x01, 0x06, 0x00, 0x20, 0x00, 0x10, 0x02, 0x0b]
]

const TRAP = [
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x74, 0x00, 0x00],
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b]
]

export interface Hooks {
  readonly refill: (counter: number) => number
  readonly stop: (why: number) => void
  /** The counter of a guest that was to wait and that nobody can make wait: it goes on at once. */
  readonly resume?: () => number
  /**
   * *Resolves* to the counter with which the guest goes on, or to -1; must not reject, for that is an exception in
   * the guest. The guest must have been called through `promising`.
   */
  readonly park?: (() => Promise<number>) | undefined
}

/** The three functions of a hook table, made of JavaScript ones. */
export const makeHooks = (
  hooks: Hooks
): { readonly refill: unknown; readonly stop: unknown; readonly park: unknown } => {
  const { park } = hooks
  const imports = {
    h: {
      r: (counter: number) => hooks.refill(counter),
      s: (why: number) => {
        hooks.stop(why)
        return 0
      },
      p:
        park === undefined || jspi === undefined
          ? () => hooks.resume?.() ?? -1
          : new jspi.Suspending(() => park())
    }
  }
  const { exports } = new WebAssembly.Instance(hooksModule, imports)
  return { refill: exports["r"], stop: exports["s"], park: exports["p"] }
}

/** Stops whatever guest has called us: a trap that nothing in it catches. Does not return. */
export const trap = (): never => {
  trapExport()
  throw new Error("a trap returned")
}

/** A frame of WebAssembly in V8's text of a stack: its module, its function, its offset in the file. */
export const WASM_FRAME = /(wasm:\/\/wasm\/[^:\s]*):wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/

/** The name that V8 gives the trap module, so that its frame is not taken for a guest's. */
export const trapModuleUrl = (): string | undefined => {
  try {
    trapExport()
    return undefined
  } catch (cause) {
    const lines = cause instanceof Error ? (cause.stack ?? "").split("\n") : []
    return lines.map((line) => WASM_FRAME.exec(line)?.[1]).find((url) => url !== undefined)
  }
}

const hooksModule = new WebAssembly.Module(Uint8Array.from([...HEADER, ...HOOKS]))
const trapExport = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from([...HEADER, ...TRAP])))
  .exports["t"] as () => void // The bytes above export it.
