import type { FuelEvidence } from "../../outcome/Evidence.ts"
import { isMissing, type Missing } from "../../outcome/Missing.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Failure, FailureCause } from "../Firing.ts"
import type { Captured } from "./Engine.ts"
import { type Explained, explainFailure } from "./explainFailure.ts"
import type { GuestCall } from "./GuestCall.ts"
import { type ExactEnd, type ExactRun, runExactly } from "./runExactly.ts"

/**
 * Why a firing failed and what it had consumed, to the unit where that can be found out.
 *
 * ```
 *   charged to the unit (in a host call, by a throw, before its code ran) ──────────▶ exact
 *   charged ahead ── run again exactly ┬─ the same end, the same state ─────────────▶ exact
 *                                      ├─ was out of fuel, now fails within it ─────▶ exact, and that failure
 *                                      ├─ failed, now is out of fuel before that ───▶ exact: out of fuel
 *                                      └─ another end, or cannot be run again ──────▶ bound, and why
 * ```
 * So an outcome does not depend on where the meter charges: a guest that trapped with fuel left has trapped, also
 * when it had been charged ahead for more than it was given.
 */
export interface FailedRun extends ExactRun {
  readonly failure: Failure
  readonly captured: Captured
  /** Units charged; `ahead` where instructions may be among them that the guest did not reach. */
  readonly charged: number
  readonly counted: "exact" | "ahead"
  /** Calls that the same instance had answered before. */
  readonly earlierCalls: number
}

export interface Settled extends Explained {
  readonly captured: Captured
  readonly fuel: FuelEvidence
}

export function* settleFailure(run: FailedRun): Generator<GuestCall, Settled, ReadonlyArray<Value>> {
  const { captured, fuel: allocated } = run
  const explained = explainFailure(
    run.failure,
    run,
    { allocated, used: Math.min(run.charged, allocated) },
    run.compiled
  )
  const exact = (charged: number): Settled => ({
    ...explained,
    captured,
    fuel: fuelOf(allocated, charged, undefined)
  })
  if (run.counted === "exact") return exact(run.charged)
  const bound = (why: string): Settled => ({
    ...explained,
    captured,
    fuel: fuelOf(allocated, run.charged, why)
  })
  const unrepeatable = whyNotAgain(run)
  if (unrepeatable !== undefined) return bound(unrepeatable)
  const end = yield* runExactly(run)
  if (isMissing(end)) return bound(end.why)
  const again = explainFailure(
    end.failure,
    run,
    { allocated, used: Math.min(end.charged, allocated) },
    end.compiled
  )
  if (explained.reason._tag === "OutOfFuel") {
    if (again.reason._tag === "OutOfFuel") return exact(end.charged)
    return OWN_REASONS.has(end.failure.cause.kind)
      ? { ...again, captured: end.captured, fuel: fuelOf(allocated, end.charged, undefined) }
      : bound(`run again, it diverged: it ended as ${again.reason._tag}`)
  }
  // It trapped where the counter was away in a local, and had gone further than it was given.
  if (again.reason._tag === "OutOfFuel")
    return { ...again, captured: end.captured, fuel: fuelOf(allocated, end.charged, undefined) }
  const difference = differenceOf(run, explained, end, again)
  return difference === undefined ? exact(end.charged) : bound(`run again, it diverged: ${difference}`)
}

/** An exhausted guest has used all, and has nothing left. */
const fuelOf = (allocated: number, charged: number, why: string | undefined): FuelEvidence => {
  const used = Math.min(charged, allocated)
  return {
    allocated,
    used,
    remaining: allocated - used,
    exactness: why === undefined ? "exact" : "bound",
    why
  }
}

/** What a guest does itself, and does again. */
const OWN_REASONS: ReadonlySet<FailureCause["kind"]> = new Set(["trap", "exception", "stack", "objects"])

const whyNotAgain = ({
  failure,
  charged,
  policy,
  compiled,
  journal,
  bytes,
  isCancelled,
  earlierCalls
}: FailedRun): string | undefined => {
  const { kind } = failure.cause
  if (kind === "deadline") return "the clock stopped it, and not where it would stop it again"
  if (kind === "cancelled" || isCancelled()) return "its caller stopped it, and did not wait for more"
  if (kind === "engine") return "the engine failed, which may not happen again"
  if (earlierCalls > 0)
    return `its instance had answered ${earlierCalls} calls before, which are not repeated`
  const [feature] = compiled.nondeterminism
  if (feature !== undefined) return `it uses ${feature}, so that one run may differ from the next`
  if (journal.dropped > 0)
    return `of ${journal.entries.length + journal.dropped} host answers only ${journal.entries.length} were kept`
  if (charged > policy.exactFuelMax)
    return `exactFuelMax: up to ${policy.exactFuelMax} units are run again, it was charged ${charged}`
  if (bytes.length > policy.exactModuleBytesMax)
    return `exactModuleBytesMax: up to ${policy.exactModuleBytesMax} bytes are compiled again, it has ${bytes.length}`
  return undefined
}

/** In what the second run was not the first one again; the bits of a NaN may be enough. */
const differenceOf = (
  run: FailedRun,
  explained: Explained,
  end: ExactEnd,
  again: Explained
): string | undefined => {
  if (endKey(explained) !== endKey(again)) return `it ended as ${again.reason._tag} elsewhere`
  if (end.charged > run.charged)
    return `it consumed ${end.charged} units, and had been charged ${run.charged}`
  return differenceOfStates(run.captured, end.captured)
}

/** Equal for two failures of one kind with the same stack. */
const endKey = ({ reason, stack }: Explained): string => {
  const kind = reason._tag === "Trapped" ? ` ${reason.kind}` : ""
  const frames = isMissing(stack) ? [] : stack
  return `${reason._tag}${kind} ${frames.map(({ funcIndex, codeOffset }) => `${funcIndex}:${codeOffset}`)}`
}

const differenceOfStates = (a: Captured, b: Captured): string | undefined => {
  const memories = pairs(a.memories, b.memories)
  for (const [one, other] of memories)
    if (one.pages !== other?.pages || differ(one.bytes, other.bytes))
      return `memory ${one.memoryIndex} is another`
  for (const [one, other] of pairs(a.globals, b.globals))
    if (JSON.stringify(one.value) !== JSON.stringify(other?.value))
      return `global ${one.globalIndex} is another`
  for (const [one, other] of pairs(a.tables, b.tables))
    if (one.length !== other?.length || differ(one.elements, other.elements))
      return `table ${one.tableIndex} is another`
  return undefined
}

const differ = (a: Uint8Array | Int32Array | Missing, b: Uint8Array | Int32Array | Missing): boolean =>
  !isMissing(a) && !isMissing(b) && Buffer.compare(bytesOf(a), bytesOf(b)) !== 0

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** What was captured of both; what is missing of either proves nothing. */
const pairs = <A>(
  a: ReadonlyArray<A> | Missing,
  b: ReadonlyArray<A> | Missing
): ReadonlyArray<readonly [A, A | undefined]> =>
  isMissing(a) || isMissing(b) ? [] : a.map((one, i) => [one, b[i]])
