import { type FuelCeiling, makeFuelPolicy } from "../src/fuel/FuelPolicy.ts"
import type { RefusedReason } from "../src/outcome/RefusedReason.ts"
import type { Value } from "../src/outcome/Value.ts"
import type { Priority } from "../src/runtime/worker/RunQueue.ts"
import { checkCall } from "./checkCall.ts"
import { checkPriority, type FirePlan } from "./FireOptions.ts"
import type { CallOptions } from "./Resident.ts"

/** A call of a resident guest, or of a pool: what is asked, with how much fuel and time. */
export interface Letter {
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly fuel: number
  readonly timeoutMs: number
  readonly priority: Priority
}

/** *Returns* the call with what its options leave to the plan, or what is wrong with it. */
export const writeLetter = (
  plan: FirePlan & { readonly ceiling: Partial<FuelCeiling> },
  functionName: string,
  args: ReadonlyArray<Value>,
  { fuel, timeout, priority = plan.priority }: CallOptions
): Letter | RefusedReason => {
  const wrong = checkCall(NO_MODULE, functionName, args) ?? checkPriority(priority)
  if (wrong !== undefined) return wrong
  if (fuel === undefined && timeout === undefined)
    return { functionName, args, fuel: plan.fuel, timeoutMs: plan.timeoutMs, priority }
  const policy = makeFuelPolicy({ fuel: fuel ?? plan.fuel, timeout: timeout ?? plan.timeoutMs }, plan.ceiling)
  return "_tag" in policy ? policy : { functionName, args, ...policy, priority }
}

/** A call brings no module; what there is was checked when the guest was made. */
const NO_MODULE = new Uint8Array(8)
