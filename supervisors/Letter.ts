import * as Deferred from "effect/Deferred"
import { makeFuelPolicy } from "../src/fuel/FuelPolicy.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import type { Refused } from "../src/outcome/Refused.ts"
import type { RefusedReason } from "../src/outcome/RefusedReason.ts"
import type { Returned } from "../src/outcome/Returned.ts"
import type { Value } from "../src/outcome/Value.ts"
import type { Priority } from "../src/runtime/worker/RunQueue.ts"
import { checkCall } from "./checkCall.ts"
import { checkPriority } from "./FireOptions.ts"
import type { CallOptions, ResidentPlan } from "./Resident.ts"
import type { ResidentEnded } from "./ResidentEnded.ts"

/** A call in a resident guest's mailbox: what is asked, with how much fuel and time, and where the answer goes. */
export interface Letter {
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly fuel: number
  readonly timeoutMs: number
  readonly priority: Priority
  readonly reply: Deferred.Deferred<Returned, Crash | Refused | ResidentEnded>
}

/** *Returns* the call with what its options leave to the resident's own, or what is wrong with it. */
export const writeLetter = (
  plan: ResidentPlan,
  functionName: string,
  args: ReadonlyArray<Value>,
  { fuel = plan.fuel, timeout = plan.timeoutMs, priority = plan.priority }: CallOptions
): Letter | RefusedReason => {
  const wrong = checkCall(NO_MODULE, functionName, args) ?? checkPriority(priority)
  if (wrong !== undefined) return wrong
  const policy = makeFuelPolicy({ fuel, timeout }, plan.ceiling)
  if ("_tag" in policy) return policy
  return { functionName, args, ...policy, priority, reply: Deferred.makeUnsafe() }
}

/** A call brings no module; what there is was checked when the guest was made. */
const NO_MODULE = new Uint8Array(8)
