import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { printErr } from "./print.ts"

/**
 * Log lines on standard error: who speaks, the level, the text, and what had to be changed of a guest's.
 *
 * Loaded only where there can be any, because `log` was granted or a grant is worth a warning: Effect's loggers take
 * 25 ms to load. A guest's text is one line that cannot act on a terminal before it gets here.
 */
const logger = Logger.make<unknown, void>(({ logLevel, message, fiber }) => {
  const annotations = fiber.getRef(References.CurrentLogAnnotations)
  const who = annotations["source"] === "guest" ? "guest" : "munition"
  const notes = annotations["notes"] === undefined ? "" : ` (${String(annotations["notes"])})`
  const text = Array.isArray(message) ? message.map(String).join(" ") : String(message)
  printErr(`${who} ${logLevel.toLowerCase()}: ${text}${notes}\n`)
})

export const logToStderr = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.provideService(References.CurrentLoggers, new Set([logger])),
    Effect.provideService(References.MinimumLogLevel, "All")
  )
