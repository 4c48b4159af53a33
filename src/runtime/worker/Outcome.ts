import type { Value } from "../../outcome/Value.ts"
import type { FailureCause, FiringRequest } from "../Firing.ts"
import type { FailedRun } from "./settleFailure.ts"

/** How the life of an instance, or one call of it, came out. */
export type Outcome =
  | {
      readonly values: ReadonlyArray<Value>
      /** The state that it returned in, where that was asked for. */
      readonly captured?: FailedRun["captured"]
    }
  | Failed

/** The part of a request that is another one for each call of an instance. */
export type CallRequest = Pick<FiringRequest, "functionName" | "fuel" | "timeoutMs">

export type Failed = Pick<FailedRun, "failure" | "captured" | "charged" | "counted">

/** What the guest did itself. What the host or the engine did stays what it was, however much was charged. */
export const OWN_FAULTS: ReadonlySet<FailureCause["kind"]> = new Set([
  "trap",
  "exception",
  "stack",
  "objects"
])
