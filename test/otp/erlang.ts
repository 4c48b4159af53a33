import type { FlagsRefusal, SpecRefusal } from "../../supervisors/otp/SpecRefusal.ts"
import type { ChildStartFailed, TooManyChildren } from "../../supervisors/otp/SupervisorError.ts"

/** Our names and refusals in Erlang's notation, as the recorder prints them. */
export const snake = (tag: string): string =>
  tag === "ShutdownWith"
    ? "shutdown"
    : tag === "NoProc"
      ? "noproc"
      : tag.replace(/[A-Z]/g, (letter, at) => (at === 0 ? "" : "_") + letter.toLowerCase())

export const describeStartError = (
  error: FlagsRefusal | SpecRefusal | ChildStartFailed | TooManyChildren
): string => {
  if (error._tag === "ChildStartFailed" || error._tag === "TooManyChildren") return "shutdown"
  const term = `{${snake(error._tag)},${termOf(error.value, error._tag === "DuplicateChildName")}}`
  return error.childId === undefined ? `{supervisor_data,${term}}` : `{start_spec,${term}}`
}

/** Words are atoms and ids are strings. */
const termOf = (value: unknown, isId = false): string =>
  typeof value === "object" && value !== null
    ? `[${Object.entries(value)
        .map(([name, one]) => `{${snake(name)},${termOf(one)}}`)
        .join(",")}]`
    : isId
      ? JSON.stringify(value)
      : String(value)
