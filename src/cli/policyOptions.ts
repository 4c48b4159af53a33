import type { FireOptions } from "../../supervisors/FireOptions.ts"
import { FUEL_DEFAULT, FUEL_LEVELS, TIMEOUT_MS_DEFAULT } from "../fuel/FuelPolicy.ts"
import { PRICE_TABLE_NAMES } from "../fuel/PriceTable.ts"
import { GRANT_NOTATIONS } from "../host/Grant.ts"
import type { RefusedReason } from "../outcome/RefusedReason.ts"
import { NONDETERMINISTIC_FEATURES, RUN_POLICY_DEFAULT } from "../runtime/RunPolicy.ts"
import { UsageProblem } from "./ExitStatus.ts"

/**
 * The options that are fields of a policy: one row each, from which the parser, the help, the completion, the
 * translation to `FireOptions` and the names in error messages come.
 *
 * A value is checked by what checks it for the library too, so there is one bound and one notation.
 */
export interface PolicyOption {
  readonly flag: string
  readonly value: string
  readonly field: keyof FireOptions
  /** `text` is handed on as it is, `count` is a number, `list` may be given several times. */
  readonly kind: "text" | "count" | "list"
  readonly help: string
  readonly choices?: ReadonlyArray<string>
}

/** Bounds of a run: for a firing alone. */
export const RUN_OPTIONS: ReadonlyArray<PolicyOption> = [
  {
    flag: "--fuel",
    value: "<amount>",
    field: "fuel",
    kind: "text",
    help: `units of fuel, or ${Object.keys(FUEL_LEVELS).join(", ")} (default: ${FUEL_DEFAULT})`
  },
  {
    flag: "--timeout",
    value: "<time>",
    field: "timeout",
    kind: "text",
    help: `milliseconds, or with a unit: 300ms, 2s, 1m (default: ${TIMEOUT_MS_DEFAULT})`
  },
  {
    flag: "--grant",
    value: "<capability>",
    field: "capabilities",
    kind: "list",
    help: `what the guest may do, repeatable: ${GRANT_NOTATIONS.filter((one) => one !== "host:NAME").join(", ")}`
  },
  {
    flag: "--exact-fuel",
    value: "<count>",
    field: "exactFuelMax",
    kind: "count",
    help: `units up to which a crash is run again for its exact fuel (default: ${RUN_POLICY_DEFAULT.exactFuelMax})`
  }
]

/** What a module may be and hold: for everything that compiles one. */
export const MODULE_OPTIONS: ReadonlyArray<PolicyOption> = [
  {
    flag: "--memory-pages",
    value: "<count>",
    field: "memoryPagesMax",
    kind: "count",
    help: `pages of 64 KiB that its memories may have together (default: ${RUN_POLICY_DEFAULT.memoryPagesMax})`
  },
  {
    flag: "--table-elements",
    value: "<count>",
    field: "tableElementsMax",
    kind: "count",
    help: `elements that its tables may have together (default: ${RUN_POLICY_DEFAULT.tableElementsMax})`
  },
  {
    flag: "--object-bytes",
    value: "<count>",
    field: "objectBytesMax",
    kind: "count",
    help: `bytes of garbage-collected objects it may allocate (default: ${RUN_POLICY_DEFAULT.objectBytesMax})`
  },
  {
    flag: "--stack-slots",
    value: "<count>",
    field: "stackSlotsMax",
    kind: "count",
    help: `parameters, locals and operands of the calls in progress (default: ${RUN_POLICY_DEFAULT.stackSlotsMax})`
  },
  {
    flag: "--nan",
    value: "<bits>",
    field: "nan",
    kind: "text",
    help: `canonical makes the bits of a NaN the same everywhere (default: ${RUN_POLICY_DEFAULT.nan})`,
    choices: ["canonical", "engine"]
  },
  {
    flag: "--prices",
    value: "<table>",
    field: "prices",
    kind: "text",
    help: `what a unit of fuel is: an instruction, or a time (default: ${RUN_POLICY_DEFAULT.prices})`,
    choices: PRICE_TABLE_NAMES
  },
  {
    flag: "--allow",
    value: "<feature>",
    field: "allow",
    kind: "list",
    help: "a feature that makes one run differ from the next, repeatable",
    choices: NONDETERMINISTIC_FEATURES
  }
]

/** What the parser read, by the option's name in camel case. */
export type ParsedOptions = Readonly<Record<string, unknown>>

/** *Returns* the options of a firing, or which one is no value of its kind. */
export const readPolicy = (
  rows: ReadonlyArray<PolicyOption>,
  parsed: ParsedOptions
): FireOptions | UsageProblem => {
  const fields: Partial<Record<keyof FireOptions, unknown>> = {}
  for (const { flag, field, kind } of rows) {
    const written = parsed[attributeOf(flag)]
    if (written === undefined) continue
    const value = kind === "count" ? readCount(String(written)) : written
    if (value === undefined)
      return new UsageProblem(`${flag}: expected a whole number, got ${JSON.stringify(written)}`)
    fields[field] = value
  }
  // Each row's field holds what its kind makes; the plan checks the values, whatever their type.
  return fields as FireOptions
}

/** A refusal of the policy itself, in the words of the command line: the option instead of the field. */
export const policyProblem = (
  rows: ReadonlyArray<PolicyOption>,
  refused: RefusedReason,
  message: string
): UsageProblem => {
  const field = refused._tag === "BadArguments" ? refused.parameter : "limit" in refused ? refused.limit : ""
  const row = rows.find((one) => one.field === field)
  return new UsageProblem(row === undefined ? message : message.replace(field, row.flag))
}

/** `--memory-pages` as the parser files it: `memoryPages`. */
export const attributeOf = (flag: string): string =>
  flag.replace(/^--/, "").replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A whole number, decimal or `0x`, digits grouped by `_` if one likes. */
export const readCount = (text: string): number | undefined => {
  const digits = text.replaceAll("_", "")
  if (!/^(0x[0-9a-f]{1,13}|\d{1,16})$/i.test(digits)) return undefined
  const count = Number(digits)
  return Number.isSafeInteger(count) ? count : undefined
}
