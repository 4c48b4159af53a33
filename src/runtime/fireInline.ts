import * as Effect from "effect/Effect"
import type { LogRecord } from "../host/builtin/log.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import { FiringCell } from "./FiringCell.ts"
import { memoriesOfProcess } from "./memoriesOfProcess.ts"
import { typesOfProcess } from "./typesOfProcess.ts"
import { HeldMemories } from "./worker/HeldMemories.ts"
import { builtinCalls } from "./worker/HostBridge.ts"
import { loadLocals } from "./worker/loadLocals.ts"
import { runFiring } from "./worker/runFiring.ts"
import { TypeBudget } from "./worker/TypeBudget.ts"
import { V8Engine } from "./worker/V8Engine.ts"

/**
 * Runs a guest on the caller's own thread: no message, which costs more than a small guest does.
 *
 * It holds the event loop until the guest has ended, so only fuel and deadline can stop it, not a fiber; and a
 * host function whose answer would come over the event loop cannot be waited for. Log lines are delivered
 * afterwards, in order.
 */
export const fireInline = (
  request: Omit<FiringRequest, "cell">,
  onLog: (record: LogRecord) => Effect.Effect<void>
): Effect.Effect<FiringReport> =>
  Effect.gen(function* () {
    const needsLoading = request.declarations.some(({ kind }) => kind === "local")
    const locals = yield* needsLoading
      ? Effect.promise(() => loadLocals(request.declarations))
      : Effect.succeed(builtinCalls())
    if (inlineEngine().isBehind) yield* LOOP
    const lines: Array<LogRecord> = []
    const report = runFiring(
      { ...request, cell: new FiringCell().buffer },
      {
        engine: inlineEngine(),
        locals,
        callRemote: undefined,
        emitLog: (record) => void lines.push(record)
      }
    )
    for (const line of lines) yield* onLog(line)
    return report
  })

/** Lets the event loop in, where the collector says what it has let go. */
const LOOP = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** Made when first needed: probing V8's features takes longer than a small guest. */
export const inlineEngine = (): V8Engine => {
  engine ??= new V8Engine(new TypeBudget(typesOfProcess), new HeldMemories(memoriesOfProcess))
  return engine
}
let engine: V8Engine | undefined
