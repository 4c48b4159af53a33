import type { LogRecord } from "../../host/builtin/log.ts"
import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import type { RemoteQuestion, RemoteReply } from "./RemoteCalls.ts"
import type { ResidentCall } from "./Resident.ts"
import type { Priority } from "./RunQueue.ts"

/**
 * What a process and the child that runs its guests tell each other: the messages of a thread, without what does
 * not cross. In place of shared cells there are pulses and notes, in place of ports numbers, in place of a module's
 * bytes and V8's handle of it a number under which the child keeps both until it is told to forget.
 */
export type ToChild =
  | { readonly kind: "module"; readonly module: number; readonly bytes: Uint8Array }
  | { readonly kind: "forget"; readonly module: number }
  | {
      readonly kind: "fire"
      readonly firing: number
      readonly priority: Priority
      readonly module: number
      /** Whether it has remote host functions. */
      readonly remote: boolean
      readonly request: Omit<FiringRequest, "bytes" | "compiled" | "cell">
    }
  | {
      readonly kind: "call"
      readonly firing: number
      readonly priority: Priority
      readonly resident: number
      readonly call: Omit<ResidentCall, "cell">
    }
  | { readonly kind: "leave"; readonly resident: number }
  | { readonly kind: "hurry"; readonly firing: number }
  | { readonly kind: "reply"; readonly remote: number; readonly reply: RemoteReply }

/** What the child tells; from the parent's side it is anybody's, until it was checked. */
export type FromChild =
  /** While it has anything to do, each {@link PULSE_MS}: who has the thread, and for how long it was not seen. */
  | { readonly kind: "pulse"; readonly running: number; readonly silentMs: number }
  | { readonly kind: "log"; readonly firing: number; readonly record: LogRecord }
  | { readonly kind: "report"; readonly firing: number; readonly report: ToldReport }
  /** A report that is too large for the channel. */
  | { readonly kind: "unsent"; readonly firing: number; readonly cause: string }
  /** `remote` is the firing that the functions were declared for. */
  | { readonly kind: "question"; readonly remote: number; readonly question: RemoteQuestion }
  /** The thread in it has ended, and so will the child. */
  | { readonly kind: "lost"; readonly cause: string }

/** What is known of a compiled module that stays in the child. */
export interface ToldCompiled
  extends Pick<
    Compiled,
    "exports" | "imports" | "memories" | "features" | "nondeterminism" | "meteredBytes" | "freshness"
  > {
  readonly startFunction: boolean
}

/** A report whose compiled module stays in the child. */
export type ToldReport = FiringReport extends infer Report
  ? Report extends FiringReport
    ? Omit<Report, "compiled"> & { readonly compiled?: ToldCompiled | undefined }
    : never
  : never

export const PULSE_MS = 20
