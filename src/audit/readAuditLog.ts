import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { AuditLogBroken } from "./AuditLogBroken.ts"
import type { AuditLogEvent } from "./AuditLogEvent.ts"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import { type ScannedLine, scanAuditLog } from "./scanAuditLog.ts"

/**
 * The events of an audit log, oldest first, its marks among them, out of files in any order.
 *
 * *Fails* with `AuditLogBroken` at the first line that is wrong: what was given out until then is what was written.
 * `AuditLogFailed` is for a file that cannot be read.
 *
 *     const tags = await Effect.runPromise(Stream.runCollect(readAuditLog(["test/audit/sample.log"])))
 *     tags.slice(0, 3).map(({ _tag }) => _tag) // => ["File", "Opened", "Step"]
 */
export const readAuditLog = (
  paths: ReadonlyArray<string>
): Stream.Stream<AuditLogEvent, AuditLogBroken | AuditLogFailed> =>
  Stream.mapEffect(scanAuditLog(paths), (scanned) => {
    const broken = brokenAt(scanned)
    return broken !== undefined || scanned.line === undefined
      ? Effect.fail(broken ?? new AuditLogBroken("changed", scanned.path, scanned.number, "it is no line"))
      : Effect.succeed(scanned.line.event)
  })

/** What is wrong with a line, with where it stands. */
export const brokenAt = ({ wrong, path, number }: ScannedLine): AuditLogBroken | undefined =>
  wrong === undefined ? undefined : new AuditLogBroken(wrong.how, path, number, wrong.what)
