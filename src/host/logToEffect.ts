import * as Effect from "effect/Effect"
import type { LogLevel, LogRecord } from "./builtin/log.ts"

/**
 * Hands a guest's log line to Effect's logger, on the caller's side.
 *
 * The text is the message; that a guest wrote it, which one, and what was changed of it are annotations, so that no
 * guest can make its line look like the host's.
 */
export const logToEffect = (
  record: LogRecord,
  guest: Readonly<Record<string, string>> = {}
): Effect.Effect<void> =>
  Effect.annotateLogs(LOGGERS[record.level](record.text), {
    ...guest,
    source: "guest",
    bytes: record.bytes,
    ...(record.notes.length > 0 ? { notes: record.notes.join(", ") } : {})
  })

const LOGGERS: Readonly<Record<LogLevel, (text: string) => Effect.Effect<void>>> = {
  debug: (text) => Effect.logDebug(text),
  info: (text) => Effect.logInfo(text),
  warn: (text) => Effect.logWarning(text),
  error: (text) => Effect.logError(text)
}
