import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../tidy/sources.ts"
import type { Proposal } from "./propose.ts"

/**
 * Writes a proposal down as the table that ships: `src/fuel/weightedPrices.ts`, data and nothing else.
 */
const PATH = join(root, "src/fuel/weightedPrices.ts")
const LINE_MAX = 90

export const writeTable = (proposal: Proposal): void => {
  const rows = proposal.rows.map(({ name, units, mnemonics }) => {
    const lines = wrap(mnemonics).map((line) => JSON.stringify(line))
    return `[${[JSON.stringify(name), units, ...lines].join(", ")}]`
  })
  const { entry, bulkByte, bulkElement, arrayElement, grownPage } = proposal
  writeFileSync(
    PATH,
    `${HEADER}
export const WEIGHTED_RULES = ${JSON.stringify({ entry, bulkByte, bulkElement, arrayElement, grownPage })} as const

/** A class, its units, its instructions. */
export const WEIGHTED_ROWS: ReadonlyArray<readonly [name: string, units: number, ...mnemonics: ReadonlyArray<string>]> = [
${rows.join(",\n")}
]
`
  )
  spawnSync(process.execPath, [join(root, "node_modules/@biomejs/biome/bin/biome"), "check", "--write", PATH])
}

const HEADER = `/**
 * What instructions take, in quarters of an \`i32.add\`: measured, not thought out.
 *
 * Written by \`npm run prices -- --write\`, which times each class in V8's optimising compiler, both waiting for the one
 * before and not. One machine's numbers: on another they differ, and their order does not.
 */
`

const wrap = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= LINE_MAX) lines.push(word)
    else lines[lines.length - 1] = `${last}, ${word}`
  }
  return lines
}
