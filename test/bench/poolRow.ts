/**
 * What the bench of the pools prints: lines, each with what was asked of it, if anything was, and what was measured.
 *
 * `holds` is a reading of the two by the bench, for whoever looks at the table; no status depends on it, for other
 * machines are slower and others work on this one.
 */
export interface Line {
  readonly what: string
  /** Empty where a line is only there to be compared with. */
  readonly asked: string
  readonly measured: string
  readonly holds: boolean | undefined
}

export interface RowOptions {
  readonly rounds: number
  /** How many the row of a million fires. */
  readonly firings: number
}

export type Row = (options: RowOptions) => Promise<ReadonlyArray<Line>>

/** A line of which nothing was asked. */
export const note = (what: string, measured: string): Line => ({
  what: `  ${what}`,
  asked: "",
  measured,
  holds: undefined
})

export const asked = (what: string, askedFor: string, measured: string, holds: boolean): Line => ({
  what,
  asked: askedFor,
  measured,
  holds
})

/** A line of which something was asked, and that could not be measured. */
export const unmeasured = (what: string, askedFor: string, why: string): Line => ({
  what,
  asked: askedFor,
  measured: why,
  holds: undefined
})

/** As wide for one line as for all, so that rows can be printed as they come. */
export const poolTable = (lines: ReadonlyArray<Line>): string =>
  lines.map((line) => `${cells(line)}  ${line.measured}`.trimEnd()).join("\n")

const cells = ({ what, asked, holds }: Line): string =>
  `${what.padEnd(WHAT)}  ${asked.padEnd(ASKED)}  ${verdictOf(asked, holds).padEnd(VERDICT)}`

const verdictOf = (asked: string, holds: boolean | undefined): string => {
  if (holds === undefined) return asked === "" ? "" : "?"
  return holds ? "holds" : "SHORT"
}

const WHAT = 66
const ASKED = 19
const VERDICT = 5
