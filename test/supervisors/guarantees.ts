import * as Effect from "effect/Effect"
import type { InstanceManager } from "../../src/index.ts"
import { type Crash, type FireOptions, Munition, type Refused, type Returned } from "../../src/index.ts"
import { engineHas } from "../guests/features.ts"
import { readGuests } from "../guests/readGuests.ts"

/** A guest that attacks, what it is fired with, and the one way in which it may end. */
export interface Guarantee {
  readonly guest: string
  readonly functionName: string
  readonly args?: ReadonlyArray<string>
  readonly options: FireOptions
  readonly reason: string
}

const fuel: FireOptions = { fuel: 1e7 }

/** What is shown to a visitor; the guests are those of `test-wasm/`. */
export const GUARANTEES: ReadonlyArray<Guarantee> = [
  { guest: "fuel/memory-fill.wat", functionName: "fill", options: fuel, reason: "OutOfFuel" },
  { guest: "exceptions/catch-all-spin.wat", functionName: "spin", options: fuel, reason: "OutOfFuel" },
  { guest: "start/spin.wat", functionName: "main", options: fuel, reason: "OutOfFuel" },
  { guest: "bombs/unwind", functionName: "main", args: ["4000"], options: fuel, reason: "OutOfFuel" },
  { guest: "stack/recursion.wat", functionName: "direct", options: fuel, reason: "OutOfStack" },
  {
    guest: "fuel/memory-fill.wat",
    functionName: "fill",
    options: { fuel: 9e11, timeout: 300 },
    reason: "TimedOut"
  },
  { guest: "limits/memory-65536-pages.wat", functionName: "main", options: {}, reason: "LimitExceeded" },
  { guest: "bombs/locals-50000", functionName: "main", options: {}, reason: "LimitExceeded" },
  { guest: "gc/array-in-global.wat", functionName: "main", options: {}, reason: "LimitExceeded" },
  {
    guest: "host/effects-within-the-account.wat",
    functionName: "random",
    options: { fuel: 10, capabilities: ["random", "log"] },
    reason: "OutOfFuel"
  }
]

const guests = new Map(readGuests().map((guest) => [guest.header.path, guest]))

/** Whether this engine has what the guest is made of. */
export const canFire = ({ guest }: Guarantee): boolean =>
  guests.get(guest)?.header.needs.every(engineHas) ?? false

export const fireGuarantee = (
  { guest, functionName, args = [], options }: Guarantee,
  inline: boolean
): Effect.Effect<Returned | Crash | Refused, never, InstanceManager> => {
  const bytes = guests.get(guest)?.wasm()
  if (bytes === undefined) throw new Error(`no guest ${guest}`)
  return Effect.match(Munition.fire(bytes, functionName, args, { ...options, inline }), {
    onSuccess: (returned): Returned | Crash | Refused => returned,
    onFailure: (failed) => failed
  })
}
