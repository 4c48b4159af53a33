import {
  PLACEMENT_DEFAULT,
  PLACEMENT_EXACT,
  PLACEMENT_RULES,
  type Placement
} from "../../src/fuel/meter/Placement.ts"

/**
 * The placement that a word names: `default`, `exact`, `off:RULE` for the default with one rule off, `off:all`.
 *
 * *Returns* `undefined` for a word that names none.
 */
export const placementOf = (word: string): Placement | undefined => {
  if (word === "default") return PLACEMENT_DEFAULT
  if (word === "exact") return PLACEMENT_EXACT
  const rules: ReadonlyArray<keyof Placement> = PLACEMENT_RULES
  const off = word === "off:all" ? rules : rules.filter((rule) => word === `off:${rule}`)
  if (!word.startsWith("off:") || (off.length === 0 && word !== "off:all")) return undefined
  return { ...PLACEMENT_DEFAULT, ...Object.fromEntries(off.map((rule) => [rule, false])) }
}

/** Every word that names a placement. */
export const placementWords = (): ReadonlyArray<string> => [
  "default",
  "exact",
  "off:all",
  ...PLACEMENT_RULES.map((rule) => `off:${rule}`)
]
