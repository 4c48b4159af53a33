/**
 * Assertions that are known to fail, one line each: `FILE:LINE reason`, FILE as the runner prints it.
 *
 * Each must still fail: one that passes is an error, and so is one that is not there any more. Lines that begin
 * with `#` say something about the list.
 */
export class KnownFailures {
  readonly #reasons = new Map<string, string>()
  readonly #seen = new Set<string>()

  /** *Fails* by throwing where a line has no place or no reason. */
  constructor(text: string) {
    for (const line of text.split("\n").filter((one) => one.trim() !== "" && !one.startsWith("#"))) {
      const [, place, reason] = /^(\S+:\d+)\s+(\S.*)$/.exec(line) ?? []
      if (place === undefined || reason === undefined) throw new Error(`no \`FILE:LINE reason\`: ${line}`)
      this.#reasons.set(place, reason)
    }
  }

  reason(file: string, line: number): string | undefined {
    const place = `${file}:${line}`
    if (this.#reasons.has(place)) this.#seen.add(place)
    return this.#reasons.get(place)
  }

  /** The places in one of these files at which no command begins. */
  missing(files: ReadonlySet<string>): ReadonlyArray<string> {
    return [...this.#reasons.keys()].filter(
      (place) => !this.#seen.has(place) && files.has(place.replace(/:\d+$/, ""))
    )
  }
}
