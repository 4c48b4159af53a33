import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import {
  type Crash,
  type FireOptions,
  isMissing,
  Munition,
  type Refused,
  type Returned
} from "../../src/index.ts"
import { readGuests } from "../guests/readGuests.ts"

/**
 * Where attacks are fired: through the public API, on the caller's own thread and in a worker.
 *
 * A shot that asks for both ways must end the same in both, with the same fuel; only a deadline may end them apart.
 */
export interface Shot {
  /** `returned`, the tag of a crash's reason with a trap's kind, or `refused` with the tag and the limit. */
  readonly end: string
  readonly outcome: Returned | Crash | Refused
  readonly values: ReadonlyArray<unknown>
  readonly fuelUsed: number
  readonly fuelRemaining: number
  readonly pages: number
  /** How often a host function answered, as the journal of a crash tells it. */
  readonly hostCalls: number
  /** Mutable globals in the evidence of a crash, by index. */
  readonly globals: ReadonlyMap<number, unknown>
  readonly logs: ReadonlyArray<string>
}

export type Way = "inline" | "thread"

export type Shoot = (
  guest: string | Uint8Array,
  functionName: string,
  args?: ReadonlyArray<number | bigint>,
  options?: FireOptions,
  ways?: ReadonlyArray<Way>
) => Promise<Shot>

export interface Range {
  readonly shoot: Shoot
  readonly dispose: () => Promise<void>
}

export const openRange = (): Range => {
  const runtime = ManagedRuntime.make(Munition.layer({ threadsMax: 1 }))
  const shootOnce = async (
    wasm: Uint8Array,
    functionName: string,
    args: ReadonlyArray<number | bigint>,
    options: FireOptions
  ): Promise<Shot> => {
    const logs: Array<string> = []
    const logger = Logger.make(({ message }) => void logs.push(String(message)))
    const outcome = await runtime.runPromise(
      Effect.match(Munition.fire(wasm, functionName, args, options), {
        onSuccess: (returned): Returned | Crash | Refused => returned,
        onFailure: (failed) => failed
      }).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "All")
      )
    )
    return shotOf(outcome, logs)
  }
  return {
    shoot: async (guest, functionName, args = [], options = {}, ways = ["inline", "thread"]) => {
      const wasm = typeof guest === "string" ? bytesOf(guest) : guest
      const [first, ...others] = await inTurn(ways, (way) =>
        shootOnce(wasm, functionName, args, { ...options, inline: way === "inline" })
      )
      if (first === undefined) throw new Error("a shot without a way")
      for (const other of others) {
        const difference = differenceOf(first, other)
        if (difference !== undefined) throw new Error(difference)
      }
      return first
    },
    dispose: () => runtime.dispose()
  }
}

const guests = new Map(readGuests().map((guest) => [guest.header.path, guest]))

/** What a guest of `test-wasm/`, or a bomb, needs of the engine. */
export const needsOf = (path: string): ReadonlyArray<string> => guests.get(path)?.header.needs ?? []

export const bytesOf = (path: string): Uint8Array<ArrayBuffer> => {
  const guest = guests.get(path)
  if (guest === undefined) throw new Error(`no guest ${path}`)
  return guest.wasm()
}

const inTurn = async <A, B>(items: ReadonlyArray<A>, one: (item: A) => Promise<B>): Promise<Array<B>> => {
  const done: Array<B> = []
  for (const item of items) done.push(await one(item))
  return done
}

/** What two ways of firing must agree on and do not. */
export const differenceOf = (inline: Shot, thread: Shot): string | undefined => {
  const [one, other] = [sameness(inline), sameness(thread)]
  return one === other ? undefined : `${one} inline, but ${other} in a thread`
}

const sameness = ({ end, fuelUsed, hostCalls, globals }: Shot): string =>
  end === "TimedOut" ? end : JSON.stringify([end, fuelUsed, hostCalls, [...globals]])

const shotOf = (outcome: Returned | Crash | Refused, logs: ReadonlyArray<string>): Shot => {
  const metadata = outcome._tag === "Refused" ? undefined : outcome.metadata
  const forensics = outcome._tag === "Crash" ? outcome.forensics : undefined
  const globals = forensics === undefined || isMissing(forensics.globals) ? [] : forensics.globals
  return {
    end: endOf(outcome),
    outcome,
    values: outcome._tag === "Returned" ? outcome.values : [],
    fuelUsed: metadata?.fuel.used ?? 0,
    fuelRemaining: metadata?.fuel.remaining ?? 0,
    pages: metadata?.memory.pages ?? 0,
    hostCalls: forensics === undefined ? 0 : forensics.journal.entries.length + forensics.journal.dropped,
    globals: new Map(globals.map(({ globalIndex, value }) => [globalIndex, value])),
    logs
  }
}

const endOf = (outcome: Returned | Crash | Refused): string => {
  if (outcome._tag === "Returned") return "returned"
  const { reason } = outcome
  const detail =
    reason._tag === "Trapped"
      ? ` ${reason.kind}`
      : reason._tag === "LimitExceeded"
        ? ` ${reason.limit}`
        : reason._tag === "Unsupported"
          ? ` ${reason.feature}`
          : ""
  return `${outcome._tag === "Refused" ? "refused " : ""}${reason._tag}${detail}`
}
