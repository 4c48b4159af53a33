import type { Stop } from "../../src/fuel/Account.ts"
import type { Actual } from "./Crossing.ts"

/** What one command did in one of the worlds. */
export type Outcome =
  /** A module that is instantiated returns no values. */
  | {
      readonly kind: "returned"
      readonly values: ReadonlyArray<Actual>
      readonly charged: number | undefined
    }
  | { readonly kind: "trapped"; readonly message: string }
  /** The stack is used up: V8's, or what the meter allows of it. */
  | { readonly kind: "exhausted" }
  | { readonly kind: "threw" }
  | { readonly kind: "unlinkable"; readonly message: string }
  /** No engine came to run it. */
  | { readonly kind: "refused"; readonly message: string }
  /** The meter stopped it, for another reason than the stack. */
  | { readonly kind: "stopped"; readonly stop: Stop }
  /** There was nothing to ask. */
  | { readonly kind: "absent"; readonly message: string }
  | { readonly kind: "broke"; readonly message: string }

export const showOutcome = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case "returned":
      return `returned ${outcome.values.map(showActual).join(", ") || "nothing"}`
    case "stopped":
      return `was stopped by the meter: ${outcome.stop}`
    case "exhausted":
      return "ran out of stack"
    case "threw":
      return "threw an exception"
    case "trapped":
      return `trapped: ${outcome.message}`
    case "unlinkable":
      return `was not linked: ${outcome.message}`
    case "refused":
      return `was refused: ${outcome.message}`
    case "absent":
      return outcome.message
    case "broke":
      return `broke: ${outcome.message}`
  }
}

const showActual = (actual: Actual): string =>
  actual.kind === "number"
    ? `${actual.type} 0x${actual.bits.toString(16)}`
    : actual.value === null
      ? "null"
      : `a reference (${typeof actual.value})`

/** What an exception says about the guest, given what the meter says of why it stopped it. */
export const outcomeOf = (cause: unknown, stop: Stop | undefined): Outcome => {
  if (stop === "stack") return { kind: "exhausted" }
  if (stop !== undefined) return { kind: "stopped", stop }
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof WebAssembly.RuntimeError) return { kind: "trapped", message }
  if (cause instanceof WebAssembly.CompileError) return { kind: "refused", message }
  if (cause instanceof WebAssembly.LinkError) return { kind: "unlinkable", message }
  if (cause instanceof WebAssembly.Exception) return { kind: "threw" }
  if (cause instanceof RangeError && message.startsWith("Maximum call stack")) return { kind: "exhausted" }
  // An import whose module is not there is a type error of the JavaScript API's.
  if (cause instanceof TypeError && message.includes("Import #")) return { kind: "unlinkable", message }
  return { kind: "broke", message }
}
