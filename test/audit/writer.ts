import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { Audit } from "../../src/audit/Audit.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import { step } from "./logs.ts"

/**
 * `node writer.ts FILE OPTIONS`: records events into a log for as long as it lives, numbered from 0 in their `why`,
 * and says on standard output every millisecond how the log stands and how many were recorded. SIGTERM ends it in
 * order, and it says when that is done.
 */
const [file = "", options = "{}"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const [audit, log] = [yield* Audit, yield* AuditLog]
  for (let recorded = 0; ; ) {
    for (let i = 0; i < 50; i++, recorded++) yield* audit.record(step("1", String(recorded)))
    const state = yield* log.state
    process.stdout.write(`${JSON.stringify({ recorded, ...state })}\n`)
    yield* Effect.sleep(1)
  }
}).pipe(
  Effect.provide(AuditLog.layer({ file, ...JSON.parse(options) })),
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

const running = Effect.runFork(program)
process.on("SIGTERM", () => {
  Effect.runPromise(Fiber.interrupt(running)).then(() =>
    process.stdout.write(`${JSON.stringify({ ended: true })}\n`)
  )
})
