import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import { type Crash, type FireOptions, Munition, type Refused, type Returned } from "../../src/index.ts"
import { builtinCalls } from "../../src/runtime/worker/HostBridge.ts"
import { fireHere } from "../runtime/fireHere.ts"
import type { FiringOptions } from "./Header.ts"
import type { Fire, Report } from "./Report.ts"

/**
 * Fires guests through the public API, all that the real thing does included: thread or caller's own, metered,
 * captured, logged through Effect's logger.
 *
 * How often a host function acted is read from the journal, which only a crash hands out; after a return it is
 * left out, and {@link countHostCalls} finds it.
 */
export const makeFireMunition = (
  inline: boolean
): { readonly fire: Fire; readonly dispose: () => Promise<void> } => {
  const runtime = ManagedRuntime.make(Munition.layer({ threadsMax: 1 }))
  return {
    fire: async (wasm, functionName, args, options) => {
      const logs: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        logs.push(`${logLevel.toLowerCase()} ${String(message)}`.trimEnd())
      })
      const fired = Munition.fire(wasm, functionName, args, { ...optionsOf(options), inline })
      const outcome = await runtime.runPromise(
        Effect.match(fired, { onSuccess: (returned) => returned, onFailure: (failed) => failed }).pipe(
          Effect.provide(Logger.layer([logger])),
          Effect.provideService(References.MinimumLogLevel, "All")
        )
      )
      return { ...reportOf(outcome), logs }
    },
    dispose: () => runtime.dispose()
  }
}

const optionsOf = (options: FiringOptions): FireOptions => ({
  fuel: options.fuel,
  timeout: options.timeoutMs,
  capabilities: options.grants,
  ...(options.nan === undefined ? {} : { nan: options.nan }),
  ...Object.fromEntries(options.limits),
  // What is no such feature is refused by the API itself.
  allow: options.allow as NonNullable<FireOptions["allow"]>
})

const reportOf = (outcome: Returned | Crash | Refused): Report => {
  if (outcome._tag === "Refused") return { outcome: "refused", reason: { ...outcome.reason }, lifecycle: [] }
  const { fuel, memory, lifecycle, typed } = outcome.metadata
  const common = { fuel, memory, lifecycle: lifecycle.map(({ state }) => state) }
  if (outcome._tag === "Returned") return { outcome: "returned", ...common, values: typed }
  const { forensics } = outcome
  const { journal } = forensics
  return {
    outcome: "crashed",
    ...common,
    reason: { ...outcome.reason },
    evidence: forensics,
    hostCalls: journal.entries.length + journal.dropped
  }
}

/** How often a host function acts while a firing runs to its end. */
export const countHostCalls = (
  wasm: Uint8Array<ArrayBuffer>,
  functionName: string,
  args: ReadonlyArray<string>,
  { fuel, timeoutMs, grants }: FiringOptions
): number => {
  let calls = 0
  const locals = new Map(
    [...builtinCalls()].map(([name, call]) => [
      name,
      (...given: Parameters<typeof call>) => {
        calls += 1
        return call(...given)
      }
    ])
  )
  const options = { functionName, args, grants, fuel: fuel ?? 100_000, timeoutMs: timeoutMs ?? 5_000 }
  fireHere(wasm, options, { locals })
  return calls
}
