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
export interface Turns {
  /** Told once, before the guest runs, when it must have ended: waiting must not make it late. */
  readonly begin: (deadlineMs: number) => void
  /** Asked at the end of a slice: whether somebody else is to run now. */
  readonly shouldPark: () => boolean
  /** Milliseconds that a slice should take. */
  readonly targetMs: () => number
  /** Units of a slice while others wait: all get the same, so that the clock's noise makes nobody poor. */
  readonly shareUnits: () => number | undefined
  /** Resolves when it is this guest's turn again; never rejects. */
  readonly park: () => Promise<void>
  /** Told when the guest has ended and its failure is looked into: from now on it waits with the newcomers. */
  readonly hasten: () => void
  /** Milliseconds that it has waited so far. */
  readonly waitedMs: () => number
}
