/**
 * Why a supervisor's flags or a child's spec were refused: one class for each of OTP's reasons, under OTP's name,
 * with the field, what it may be and what it was.
 */
const refusalOf = <Tag extends string>(tag: Tag, field: string, allowed: string) =>
  class {
    readonly _tag = tag
    readonly field = field
    readonly allowed = allowed
    readonly value: unknown
    /** Whose spec it is; `undefined` for the supervisor's own flags. */
    readonly childId: string | undefined
    constructor(value: unknown, childId?: string) {
      this.value = value
      this.childId = childId
    }
  }

export class InvalidStrategy extends refusalOf(
  "InvalidStrategy",
  "strategy",
  "one_for_one, one_for_all or rest_for_one"
) {}
export class InvalidIntensity extends refusalOf("InvalidIntensity", "intensity", "an integer from 0") {}
export class InvalidPeriod extends refusalOf("InvalidPeriod", "periodSeconds", "an integer from 1") {}
export class InvalidAutoShutdown extends refusalOf(
  "InvalidAutoShutdown",
  "autoShutdown",
  "never, any_significant or all_significant"
) {}
export class InvalidChildrenMax extends refusalOf("InvalidChildrenMax", "childrenMax", "an integer from 1") {}

export class InvalidId extends refusalOf("InvalidId", "id", "a string of 1 to 256 characters") {}
export class InvalidStart extends refusalOf("InvalidStart", "start", "an Effect") {}
export class InvalidRestartType extends refusalOf(
  "InvalidRestartType",
  "restart",
  "permanent, transient or temporary"
) {}
export class InvalidSignificant extends refusalOf("InvalidSignificant", "significant", "true or false") {}
export class InvalidChildType extends refusalOf("InvalidChildType", "type", "worker or supervisor") {}
export class InvalidShutdown extends refusalOf(
  "InvalidShutdown",
  "shutdown",
  "an integer of milliseconds from 0 to 2147483647, brutal_kill or infinity"
) {}
/** A significant child under `never`, or a permanent one that is significant. */
export class BadCombination extends refusalOf(
  "BadCombination",
  "significant",
  "false, unless the child is transient or temporary and autoShutdown is not never"
) {}
export class DuplicateChildName extends refusalOf(
  "DuplicateChildName",
  "id",
  "an id that no other child of this supervisor has"
) {}

/** What can be wrong with the flags of a supervisor. */
export type FlagsRefusal =
  | InvalidStrategy
  | InvalidIntensity
  | InvalidPeriod
  | InvalidAutoShutdown
  | InvalidChildrenMax

/** What can be wrong with a child spec. */
export type SpecRefusal =
  | InvalidId
  | InvalidStart
  | InvalidRestartType
  | InvalidSignificant
  | InvalidChildType
  | InvalidShutdown
  | BadCombination
  | DuplicateChildName

/** One line that names the field, what it may be and what it was. */
export const describeRefusal = ({ childId, field, allowed, value }: FlagsRefusal | SpecRefusal): string =>
  `${childId === undefined ? "" : `child ${childId}: `}${field}: expected ${allowed}, got ${show(value)}`

const SHOWN_MAX = 128

const show = (value: unknown): string => {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "object" && value !== null
        ? Object.entries(value)
            .map(([name, one]) => `${name} ${String(one)}`)
            .join(", ")
        : String(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}
