import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { describe } from "vitest"
import { LOG_LEVELS } from "../../src/host/builtin/log.ts"
import { logToEffect } from "../../src/host/logToEffect.ts"

describe("a guest's log line at Effect's logger", () => {
  it.effect("has its level, its text and what was changed of it", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const logger = Logger.make((options) => {
        seen.push([options.logLevel, options.message, options.fiber.getRef(References.CurrentLogAnnotations)])
      })
      yield* Effect.forEach(LOG_LEVELS, (level) =>
        logToEffect(
          { level, text: "t", bytes: 1, notes: level === "error" ? ["cut"] : [] },
          { instance: "i" }
        )
      ).pipe(Effect.provide(Logger.layer([logger])), Effect.provideService(References.MinimumLogLevel, "All"))
      const annotations = { instance: "i", source: "guest", bytes: 1 }
      expect(seen).toEqual([
        ["Debug", ["t"], annotations],
        ["Info", ["t"], annotations],
        ["Warn", ["t"], annotations],
        ["Error", ["t"], { ...annotations, notes: "cut" }]
      ])
    })
  )
})
