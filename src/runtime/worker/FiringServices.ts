import type { Sharing } from "../../fuel/Account.ts"
import type { LogRecord } from "../../host/builtin/log.ts"
import type { HostCall } from "../../host/builtin/table.ts"
import type { FiringCell } from "../FiringCell.ts"
import type { Engine } from "./Engine.ts"
import type { AskRemote, CallRemote } from "./RemoteCalls.ts"

/** What a thread that runs guests has for a firing. */
export interface FiringServices {
  readonly engine: Engine
  /** The functions that answer local links, built-in ones included, by import. */
  readonly locals: ReadonlyMap<string, HostCall>
  /** How remote host functions are asked, `undefined` on the thread on which they would answer. */
  readonly callRemote: ((cell: FiringCell, timeLeftMs: () => number) => CallRemote) | undefined
  /** How they are asked by a guest that can be suspended meanwhile. */
  readonly askRemote?: AskRemote | undefined
  readonly emitLog: (record: LogRecord) => void
  /** When the guest gives its thread to others; without it, never. */
  readonly turns?: Turns
}

/** How a guest shares its thread. */
export interface Turns extends Sharing {
  /** Told once, before the guest runs, when it must have ended: waiting must not make it late. */
  readonly begin: (deadlineMs: number) => void
  /** Resolves when it is this guest's turn again; never rejects. */
  readonly park: () => Promise<void>
  /** Told when the guest has ended and its failure is looked into: from now on it waits with the newcomers. */
  readonly hasten: () => void
  /** Milliseconds that it has waited so far. */
  readonly waitedMs: () => number
}
