import type { Verdict } from "./Verdict.ts"

/** What a number of verdicts comes to. */
export class Sums {
  files = 0
  /** That V8 accepts, and that were hence read, written and metered. */
  modules = 0
  passed = 0
  failed = 0
  /** Failed, and on the list of those that are known to. */
  known = 0
  /** Skipped because they are about the text format. */
  text = 0
  /** Skipped for another reason. */
  skipped = 0
  /** Reasons of what was skipped, the text format included, and how often each. */
  readonly reasons = new Map<string, number>()

  add({ result, assertion }: Verdict, known: boolean): void {
    if (result.kind === "failed") known ? this.known++ : this.failed++
    if (!assertion) return
    if (result.kind === "passed") this.passed++
    if (result.kind !== "skipped") return
    if (result.skip.kind === "text") this.text++
    else this.skipped++
    this.reasons.set(result.skip.why, (this.reasons.get(result.skip.why) ?? 0) + 1)
  }

  /** Those of a file to those of many. */
  include(other: Sums): void {
    this.files += other.files
    this.modules += other.modules
    this.passed += other.passed
    this.failed += other.failed
    this.known += other.known
    this.text += other.text
    this.skipped += other.skipped
    for (const [why, count] of other.reasons) this.reasons.set(why, (this.reasons.get(why) ?? 0) + count)
  }

  /** Of the assertions that are not about the text format, the part that was skipped, in per cent. */
  get skippedPercent(): number {
    const all = this.passed + this.failed + this.known + this.skipped
    return all === 0 ? 0 : (100 * this.skipped) / all
  }

  show(): string {
    return (
      `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped` +
      `${this.known > 0 ? `, ${this.known} known to fail` : ""}` +
      `${this.text > 0 ? `, ${this.text} about the text format` : ""}`
    )
  }
}
