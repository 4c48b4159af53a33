import * as Cause from "effect/Cause"
import { ExitCrash, type ExitReason } from "./otp/ExitReason.ts"

/**
 * Who ends with whom: OTP's links.
 *
 * ```
 *   a ── b      one ends normally: the other goes on, the link is no more
 *               one ends otherwise: the other is ended for the same reason, and so on along its own links
 * ```
 * A link has two ends and no direction; to make it twice makes it once. Whoever is linked with one that has ended
 * already is told so at once, as a crash: OTP's `noproc`.
 */
export class Links {
  readonly #endOwner: (reason: ExitReason) => void
  readonly #others = new Set<Links>()
  #ended: ExitReason | undefined

  /** @param endOwner ends whoever has these links; called at most once, and never before {@link join} has returned */
  constructor(endOwner: (reason: ExitReason) => void) {
    this.#endOwner = endOwner
  }

  join(other: Links): void {
    if (other === this) return
    if (this.#ended !== undefined) return void (other.#ended ?? queueMicrotask(() => other.#signal(GONE)))
    if (other.#ended !== undefined) return queueMicrotask(() => this.#signal(GONE))
    this.#others.add(other)
    other.#others.add(this)
  }

  part(other: Links): void {
    this.#others.delete(other)
    other.#others.delete(this)
  }

  /** The owner has ended. */
  end(reason: ExitReason): void {
    this.#ended = reason
    const others = [...this.#others]
    this.#others.clear()
    for (const other of others) {
      other.#others.delete(this)
      if (reason._tag !== "Normal") other.#signal(reason)
    }
  }

  #signal(reason: ExitReason): void {
    if (this.#ended === undefined) this.#endOwner(reason)
  }
}

const GONE = new ExitCrash(Cause.fail(new Error("noproc: what it was linked with had ended")))
