import { matchesAll } from "./matches.ts"
import { type Outcome, showOutcome } from "./Outcome.ts"
import type { Command } from "./Script.ts"
import { showPattern } from "./Value.ts"

/** *Returns* what is wrong with an outcome, `undefined` where it is what the command asks for. */
export const judge = (command: Command, outcome: Outcome): string | undefined => {
  const asked = asks(command, outcome)
  return asked === undefined ? undefined : `${showOutcome(outcome)} instead of ${asked}`
}

const asks = (command: Command, outcome: Outcome): string | undefined => {
  switch (command.kind) {
    case "returns":
      return outcome.kind === "returned" && matchesAll(command.expected, outcome.values)
        ? undefined
        : `${command.expected.map(showPattern).join(", ") || "nothing"}`
    case "traps":
      return outcome.kind === "trapped" ? undefined : "a trap"
    case "exhausts":
      return outcome.kind === "exhausted" ? undefined : "running out of stack"
    case "throws":
      return outcome.kind === "threw" ? undefined : "an exception"
    case "unlinkable":
      return outcome.kind === "unlinkable" ? undefined : "not being linked"
    default:
      return outcome.kind === "returned" ? undefined : "an end without a trap"
  }
}

/**
 * *Returns* how a metered outcome differs from the plain one where both are what was asked for: a trap's text,
 * which V8 makes and the meter must not change.
 */
export const compare = (plain: Outcome, metered: Outcome): string | undefined =>
  plain.kind === "trapped" && metered.kind === "trapped" && plain.message !== metered.message
    ? `trapped: ${metered.message} instead of ${plain.message}`
    : undefined
