import type { Account } from "../../fuel/Account.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { GlobalEvidence, MemoryEvidence, TableEvidence } from "../../outcome/Evidence.ts"
import type { Missing } from "../../outcome/Missing.ts"
import type { LimitExceeded, RefusedReason } from "../../outcome/RefusedReason.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { RunPolicy } from "../RunPolicy.ts"
import type { FuelCounter } from "./FuelCounter.ts"
import type { HostCaller } from "./HostCaller.ts"
import type { AskRemote } from "./RemoteCalls.ts"

/**
 * What an engine must do, on the thread that runs guests: plain and synchronous.
 *
 * `runFiring` drives it through the life of an instance and knows nothing else of it; the V8 engine and the
 * scripted one that tests use pass the same suite. An engine throws nothing but `EngineFault`.
 */
export interface Engine {
  /** For dumps: `v8`, `scripted`. */
  readonly name: string
  readonly versions: Readonly<Record<string, string>>
  /** Decodes, checks, meters and compiles; for a pool so that its instances can be used again. */
  readonly compile: (bytes: Uint8Array, policy: RunPolicy, forPool?: boolean) => Compiled | RefusedReason
  /**
   * Compiles a module once more so that every instruction is charged alone before it runs, to find out what a
   * firing that failed had consumed. Absent where an engine has no such build; *returns* why there is none of this
   * module.
   *
   * @param known the same module under the same policy, as {@link compile} made it of the same bytes
   */
  readonly compileExact?: (known: Compiled, bytes: Uint8Array, policy: RunPolicy) => Compiled | Missing
  /** Why there may be no instance now: the process has as many memories, or as much of them, as it may. */
  readonly whyNotInstantiate?: (compiled: Compiled) => LimitExceeded | undefined
  /** Whether the event loop is to be let in before the next instance, so that the collector keeps up. */
  readonly isBehind?: boolean
  /** Makes an instance, memories zero or as its segments say; its start function has not run. */
  readonly instantiate: (compiled: Compiled, host: InstanceHost) => EngineInstance
}

/** What an instance is connected to: who pays, and who answers. */
export interface InstanceHost {
  /** Of the call that runs; see {@link EngineInstance.renew}. */
  readonly account: Account
  readonly links: ReadonlyArray<ResolvedLink>
  readonly caller: HostCaller
  readonly policy: RunPolicy
  /**
   * *Resolves* when the guest that its account has made wait may go on, or must look whether it may; never rejects.
   * Only for instances that run through {@link EngineInstance.suspendable}; without it no guest waits.
   */
  readonly park?: () => Promise<void>
  /** How remote host functions are asked by guests that run so; without it they are waited for. */
  readonly askRemote?: AskRemote | undefined
}

export interface EngineInstance {
  /** Runs the module's start function, if it has one, under the meter. */
  readonly start: () => void
  readonly call: (functionName: string, args: ReadonlyArray<Value>) => ReadonlyArray<Value>
  /** The two above for a guest that may be suspended between slices; absent where the engine cannot do that. */
  readonly suspendable?: Suspendable | undefined
  /** Opens the account that its host has by now, for the next call; whoever has looked at the clock says so. */
  readonly renew: (nowMs?: number) => void
  /** Units left in the slice that is open: what settles the account. */
  readonly fuelRemaining: () => number
  /** The counter of the slice that is open, for host calls that charge it. */
  readonly counter: () => FuelCounter
  /** Bytes of the first memory; they are the guest's own, not a copy. Empty without a memory. */
  readonly memoryBytes: () => Uint8Array
  readonly memorySize: () => { readonly pages: number; readonly highWaterBytes: number }
  /** Copies out of everything that can have changed. */
  readonly capture: () => Captured
  /**
   * Looks how the instance is, to put it back later. *Returns* `undefined` where that cannot be done to the last bit.
   * Absent where the engine makes each instance anew.
   */
  readonly remember?: () => Restorable | undefined
  /** Told of what a host function has written to the first memory, where the guest's own writes are tracked. */
  readonly noteWrite?: (offset: number, length: number) => void
  /** Lets everything go; the instance answers nothing afterwards. */
  readonly cleanUp: () => void
}

/** An instance's state at the moment in which it was remembered. */
export interface Restorable {
  /** Puts it back. *Returns* `false`, and leaves it as it is, where something has grown for good. */
  readonly restore: () => boolean
  /** In what the instance is another by now, `undefined` where it is the same to the last byte. */
  readonly difference: () => string | undefined
}

/**
 * What fails comes as a rejection with an `EngineFault`. Of a guest that was suspended the stack has as many frames as
 * the thread's `Error.stackTraceLimit` allows: nothing can be set and put back around a resumption.
 */
export interface Suspendable {
  readonly start: () => Promise<void>
  readonly call: (functionName: string, args: ReadonlyArray<Value>) => Promise<ReadonlyArray<Value>>
}

export interface Captured {
  readonly memories: ReadonlyArray<MemoryEvidence> | Missing
  readonly globals: ReadonlyArray<GlobalEvidence> | Missing
  readonly tables: ReadonlyArray<TableEvidence> | Missing
}
