import type { Account } from "../../fuel/Account.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { GlobalEvidence, MemoryEvidence, TableEvidence } from "../../outcome/Evidence.ts"
import type { Missing } from "../../outcome/Missing.ts"
import type { RefusedReason } from "../../outcome/RefusedReason.ts"
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
  /** Decodes, checks, meters and compiles. */
  readonly compile: (bytes: Uint8Array, policy: RunPolicy) => Compiled | RefusedReason
  /**
   * Compiles a module once more so that every instruction is charged alone before it runs, to find out what a
   * firing that failed had consumed. Absent where an engine has no such build; *returns* why there is none of this
   * module.
   *
   * @param known the same module under the same policy, as {@link compile} made it of the same bytes
   */
  readonly compileExact?: (known: Compiled, bytes: Uint8Array, policy: RunPolicy) => Compiled | Missing
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
  /** Opens the account that its host has by now, for the next call. */
  readonly renew: () => void
  /** Units left in the slice that is open: what settles the account. */
  readonly fuelRemaining: () => number
  /** The counter of the slice that is open, for host calls that charge it. */
  readonly counter: () => FuelCounter
  /** Bytes of the first memory; they are the guest's own, not a copy. Empty without a memory. */
  readonly memoryBytes: () => Uint8Array
  readonly memorySize: () => { readonly pages: number; readonly highWaterBytes: number }
  /** Copies out of everything that can have changed. */
  readonly capture: () => Captured
  /** Lets everything go; the instance answers nothing afterwards. */
  readonly cleanUp: () => void
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
