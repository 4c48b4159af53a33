import { CRASH_TAGS } from "../../src/outcome/CrashReason.ts"
import { REFUSED_TAGS } from "../../src/outcome/RefusedReason.ts"
import type { Ending, ExpectedReason, Range } from "./Header.ts"

/** One marked line of a guest's head, and the notations in which its value is written. */
export interface HeaderLine {
  readonly line: number
  readonly key: string
  readonly value: string
}

export type Bad = (line: number, what: string) => Error

/** `i32 42, f64 nan`; nothing for no values. */
export const readReturned = ({ line, value }: HeaderLine, bad: Bad): Ending => ({
  outcome: "returned",
  values: value.split(/, */).flatMap((item) => {
    if (item === "") return []
    const match = /^([a-z]\w*) (\S+)$/.exec(item)
    if (match?.[1] === undefined || match[2] === undefined) {
      throw bad(line, `expected \`type value\`, got \`${item}\``)
    }
    return [{ type: match[1], value: match[2] }]
  })
})

/** `OutOfFuel`, `Trapped integer overflow`, or several with `|` between them where any will do. */
export const readReasons = (
  outcome: "crashed" | "refused",
  { line, value }: HeaderLine,
  bad: Bad
): Ending => {
  const tags: ReadonlyArray<string> = outcome === "crashed" ? CRASH_TAGS : REFUSED_TAGS
  const anyOf = value.split(/ *\| */).map((item): ExpectedReason => {
    const [tag = "", ...detail] = item.split(" ")
    if (!tags.includes(tag))
      throw bad(line, `\`${tag}\` is no tag of ${outcome}; they are ${tags.join(", ")}`)
    return { tag, detail: detail.length > 0 ? detail.join(" ") : undefined }
  })
  return { outcome, anyOf }
}

/** `5`, `1e7` or `10..20`: safe integers, not negative. */
export const readRange = ({ line, key, value }: HeaderLine, bad: Bad): Range => {
  const [low = "", high = low, more] = value.split("..")
  if (more !== undefined) throw bad(line, `${key}: expected \`low..high\`, got \`${value}\``)
  const range = { min: readCount(line, key, low, bad), max: readCount(line, key, high, bad) }
  if (range.min > range.max) throw bad(line, `${key}: ${low} is above ${high}`)
  return range
}

export const readCount = (line: number, key: string, text: string, bad: Bad): number => {
  const count = /^(\d+(e\d+)?|0x[0-9a-f]+)$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(count)) return count
  throw bad(line, `${key}: expected 0..${Number.MAX_SAFE_INTEGER}, got \`${text}\``)
}
