import type { MessagePort } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type { Compiled } from "./Compiled.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import { FiringCell } from "./FiringCell.ts"
import { type FiringCaller, type PoolCaller, PoolLost, type WorkerPool } from "./GuestWorker.ts"
import type { Pending } from "./InFlight.ts"
import type { PoolBounds } from "./PooledCall.ts"
import type { WorkerLost } from "./WorkerLost.ts"
import type { ModuleMessage, SchedulerMessage } from "./worker/messages.ts"

/** Sends a message under a number of its own and waits for the report to that number. */
export type Ask = (
  make: (firing: number, cell: FiringCell) => readonly [SchedulerMessage, ReadonlyArray<MessagePort>],
  request: Pending["request"],
  caller: Omit<FiringCaller, "remotes"> & Partial<Pick<PoolCaller, "onPart">>
) => Effect.Effect<{ readonly firing: number; readonly report: FiringReport }, WorkerLost>

/** What a pool needs of the thread that it is on. */
export interface PoolThread {
  readonly ask: Ask
  readonly share: (compiled: Compiled | undefined) => ModuleMessage | undefined
  /** Says something to which nothing is answered; nothing to a thread that is no more. */
  readonly post: (message: SchedulerMessage) => void
}

/** Opens a pool on a thread: see `worker/ThreadPools.ts` for the other side. */
export const openPoolOn = (
  { ask, share, post }: PoolThread,
  pool: number,
  request: Omit<FiringRequest, "cell" | "goal">,
  bounds: PoolBounds
): WorkerPool => {
  const module = share(request.compiled)
  const common: FiringRequest = {
    ...request,
    goal: "fire",
    compiled: undefined,
    cell: new FiringCell().buffer
  }
  if (module !== undefined) post({ kind: "pool", pool, request: common, module, ...bounds })
  return {
    fire: (calls, priority, caller) =>
      Effect.suspend(() => {
        let given: FiringCell | undefined
        const timeoutMs = calls.reduce((most, call) => Math.max(most, call.timeoutMs), 0)
        return ask(
          (firing, cell) => {
            given = cell
            return [{ kind: "pooled", firing, priority, pool, calls, cell: cell.buffer }, []]
          },
          { policy: request.policy, timeoutMs },
          caller
        ).pipe(
          Effect.mapError((lost) => new PoolLost(lost, given?.begun ?? 0)),
          Effect.flatMap(({ report }) =>
            report.kind === "pooled"
              ? Effect.succeed(report)
              : Effect.die(new Error(`calls of a pool were reported as ${report.kind}`))
          )
        )
      }),
    trim: (least, most) => post({ kind: "trim", pool, least, most }),
    close: () => post({ kind: "trim", pool, least: 0, most: undefined })
  }
}
