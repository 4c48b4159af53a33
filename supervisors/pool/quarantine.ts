import * as Effect from "effect/Effect"
import { SLOT_TABLE } from "../../actors/SlotTable.ts"
import { Crash } from "../../src/outcome/Crash.ts"
import type { Unfit } from "../../src/runtime/PooledCall.ts"
import { WorkerLost } from "../../src/runtime/WorkerLost.ts"
import type { PoolModule } from "./PoolModule.ts"

/**
 * What is done when an instance that was put back was found to differ from a new one: a defect, of Munition or of the
 * engine, and no firing's. It is told to the audit and to the log, and its state goes to where crashes go.
 */
export const quarantine = (
  module: PoolModule,
  why: string,
  differs: NonNullable<Unfit["differs"]>
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { concluder } = module.house
    const { name, fuel, timeoutMs, priority, onCrash } = module.plan
    const cause = `an instance that was put back is not as it was: ${why}`
    const job = module.jobOf({ functionName: "", args: [], fuel, timeoutMs, priority })
    const lost = concluder.crashOf(job, new WorkerLost(cause, "executing"))
    return Effect.all(
      [
        ...STEPS.map(([from, event, to]) =>
          concluder.tell({ chart: "slot", id: name, from, to, why: event })
        ),
        Effect.logError(`pool ${name}: ${cause}; from now on each firing gets a new instance`),
        lost instanceof Crash
          ? onCrash(new Crash(lost.reason, { ...lost.forensics, ...differs }, lost.metadata))
          : Effect.void
      ],
      { discard: true }
    )
  })

/** The end of such a slot, on its chart. */
const STEPS = [
  ["restoring", "DIFFERED", SLOT_TABLE.restoring.DIFFERED],
  ["captured", "CAPTURED", SLOT_TABLE.captured.CAPTURED]
] as const
