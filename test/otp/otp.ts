import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { runScenario } from "./runScenario.ts"

/**
 * `npm run --silent otp -- FILE`: the trace of a scenario on our supervisor, and nothing else.
 *
 * The language is told in the header of the recorder, `otp_trace.escript`.
 */
const path = process.argv[2]
if (path === undefined) {
  process.stderr.write("otp: expected the path of a scenario\n")
  process.exitCode = 2
} else {
  const lines = await Effect.runPromise(runScenario(readFileSync(path, "utf8")))
  process.stdout.write(lines.map((line) => `${line}\n`).join(""))
}
