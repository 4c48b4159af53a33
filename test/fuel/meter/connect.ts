import type { Account } from "../../../src/fuel/Account.ts"
import { HOOK_REFILL, HOOK_STOP } from "../../../src/fuel/meter/Layout.ts"
import type { MeterExports } from "../../../src/fuel/meter/MeteredModule.ts"
import { type Hooks, makeHooks } from "../../../src/runtime/worker/hostModules.ts"
import { stopOf } from "../../../src/runtime/worker/stopOf.ts"

/**
 * Connects an instance of a metered module to whoever pays for it, as bare as can be: no engine, no policy, nothing
 * suspended.
 *
 * The hook table is filled; the counter, the depth and the allowance of objects are the caller's to set before a run.
 */
export interface Connected {
  readonly fuel: WebAssembly.Global<"i32">
  readonly depth: WebAssembly.Global<"i32">
  /** Absent where the module makes no objects. */
  readonly heap: WebAssembly.Global<"i64"> | undefined
  /** Absent where the module has no start function. */
  readonly start: (() => void) | undefined
}

export const connect = (exports: WebAssembly.Exports, names: MeterExports, hooks: Hooks): Connected => {
  const made = makeHooks(hooks)
  // The casts: the meter made these exports.
  const table = exports[names.hooks] as WebAssembly.Table
  table.set(HOOK_REFILL, made.refill)
  table.set(HOOK_STOP, made.stop)
  return {
    fuel: exports[names.fuel] as WebAssembly.Global<"i32">,
    depth: exports[names.depth] as WebAssembly.Global<"i32">,
    heap: names.heap === undefined ? undefined : (exports[names.heap] as WebAssembly.Global<"i64">),
    start: names.start === undefined ? undefined : (exports[names.start] as () => void)
  }
}

/** Hooks that ask the account of the moment: an instance that is run again gets another one. */
export const hooksOf = (account: () => Account): Hooks => ({
  refill: (counter) => account().refill(counter),
  stop: (why) => void account().stopFor(stopOf(why))
})
