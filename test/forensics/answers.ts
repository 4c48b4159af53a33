import * as Result from "effect/Result"
import type { Missing } from "../../src/outcome/Missing.ts"
import type { BadArguments } from "../../src/outcome/RefusedReason.ts"

/** The answer, or a failing test that shows the complaint. */
export const answer = <A>(result: Result.Result<A, BadArguments | Missing>): A =>
  Result.getOrThrowWith(result, (wrong) => new Error(JSON.stringify(wrong)))

/** The complaint as one line, or that there was none. */
export const complaint = (result: Result.Result<unknown, BadArguments | Missing>): string => {
  if (Result.isSuccess(result)) return "it was answered"
  const wrong = result.failure
  return wrong._tag === "Missing"
    ? `missing: ${wrong.why}`
    : `${wrong.parameter}: expected ${wrong.expected}, got ${wrong.got}`
}
