/**
 * The bytes are not a dump that this version reads: what is wrong, and where in the file.
 *
 * The only way in which reading a dump fails. A plain class like the reasons of an outcome: it is answered as
 * a value, and nothing reads its text.
 */
export class BadDump {
  readonly _tag = "BadDump"
  /** Names the thing, the bound and the value. */
  readonly what: string
  /** Bytes from the start of the file. */
  readonly offset: number
  constructor(what: string, offset: number) {
    this.what = what
    this.offset = offset
  }
}

/** One sentence for a person. */
export const describeBadDump = (bad: BadDump): string => `not a readable dump, at ${bad.offset}: ${bad.what}`
