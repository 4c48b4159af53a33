import { Account } from "../../fuel/Account.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { JournalEvidence } from "../../outcome/Evidence.ts"
import { isMissing, Missing } from "../../outcome/Missing.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { Failure } from "../Firing.ts"
import type { RunPolicy } from "../RunPolicy.ts"
import type { Captured, Engine, EngineInstance } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"
import type { Turns } from "./FiringServices.ts"
import type { GuestCall } from "./GuestCall.ts"
import { JournalCaller } from "./JournalCaller.ts"

/**
 * A firing run once more in the exact build, where every instruction is charged alone before it runs, with the
 * journal for a host: what was charged when it ends is what it consumed.
 *
 * It says how that run ended and not whether it was the same one. It has a bound of its own in fuel, the firing's
 * allocation, and in time, since it is slower than the run that it repeats.
 */
export interface ExactRun {
  readonly engine: Engine
  readonly compiled: Compiled
  /** The module as it was handed in. */
  readonly bytes: Uint8Array
  readonly policy: RunPolicy
  readonly links: ReadonlyArray<ResolvedLink>
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly fuel: number
  readonly journal: JournalEvidence
  /** Milliseconds that the firing itself was given: it is run again no longer than that. */
  readonly timeoutMs: number
  readonly isCancelled: () => boolean
  /** How it shares its thread, if it does. */
  readonly turns: Turns | undefined
}

export interface ExactEnd {
  /** How it failed; a guest that is out of fuel by its account failed for that, whatever else it did. */
  readonly failure: Failure
  readonly charged: number
  readonly captured: Captured
  readonly compiled: Compiled
}

/** Milliseconds that running again may take: 10 million units take 4 of loads and stores, 3,300 of first touches. */
export const EXACT_MS_MAX = 1_000

/** *Returns* how it ended, or why that says nothing. */
export function* runExactly(run: ExactRun): Generator<GuestCall, ExactEnd | Missing, ReadonlyArray<Value>> {
  const { engine, policy, journal } = run
  if (engine.compileExact === undefined) return new Missing(`the engine ${engine.name} has no exact build`)
  const compiled = engine.compileExact(run.compiled, new Uint8Array(run.bytes), policy)
  if (isMissing(compiled)) return compiled
  const mostMs = Math.min(EXACT_MS_MAX, run.timeoutMs)
  const { turns } = run
  turns?.hasten()
  // What it waits for others is not its time.
  const now = () => performance.now() - (turns?.waitedMs() ?? 0)
  const account = new Account({
    allocated: run.fuel,
    deadlineMs: now() + mostMs,
    now,
    isCancelled: run.isCancelled,
    sharing: turns
  })
  const caller = new JournalCaller(account, journal)
  let instance: EngineInstance | undefined
  try {
    const host = { account, links: run.links, caller, policy }
    instance = engine.instantiate(
      compiled,
      turns === undefined ? host : { ...host, park: () => turns.park() }
    )
    const made = instance
    caller.connect(made.counter(), () => made.memoryBytes())
    yield { instance: made, functionName: undefined, args: [] }
    yield { instance: made, functionName: run.functionName, args: run.args }
    // Between two looks at its counter it can run to its end on fuel that it does not have.
    const ended = new EngineFault({ kind: "fuel" }, [])
    const end = endOf(ended, made, account, caller, compiled, mostMs)
    return isMissing(end) || end.charged > run.fuel ? end : new Missing("run again, it diverged: it returned")
  } catch (thrown) {
    if (!(thrown instanceof EngineFault) || instance === undefined)
      return new Missing(`it could not be run again: ${thrown instanceof Error ? thrown.message : thrown}`)
    return endOf(thrown, instance, account, caller, compiled, mostMs)
  } finally {
    instance?.cleanUp()
  }
}

const endOf = (
  { failure: cause, frames }: EngineFault,
  instance: EngineInstance,
  account: Account,
  caller: JournalCaller,
  compiled: Compiled,
  mostMs: number
): ExactEnd | Missing => {
  if (caller.diverged !== undefined) return new Missing(`run again, it diverged: ${caller.diverged}`)
  if (account.stop === "deadline") return new Missing(`run again, it took longer than ${mostMs} ms`)
  if (account.stop === "cancelled") return new Missing("the caller did not wait for it to be run again")
  account.settle(instance.fuelRemaining())
  const { charged, allocated } = account
  if (caller.unasked > 0)
    return new Missing(`run again, it diverged: it did not ask for ${caller.unasked} of the host's answers`)
  return {
    failure: { cause: charged > allocated ? { kind: "fuel" } : cause, frames },
    charged,
    captured: instance.capture(),
    compiled
  }
}
