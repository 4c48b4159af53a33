/**
 * Evidence that is not there, and why: never empty bytes, never a 0 that looks like a reading.
 */
export class Missing {
  readonly _tag = "Missing"
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

/**
 * Whether a piece of evidence is absent; plain objects that crossed a thread count as well.
 *
 *     isMissing(new Missing("the thread died before capture")) // => true
 *     isMissing(new Uint8Array(0))                             // => false
 */
export const isMissing = (evidence: unknown): evidence is Missing =>
  typeof evidence === "object" && evidence !== null && "_tag" in evidence && evidence._tag === "Missing"
