/**
 * Who of a thread's guests runs next: one at a time, each for a slice, as the BEAM's processes for their reductions.
 *
 * ```
 *   urgent     its time is over, or its caller has gone: it has only to be told     always first
 *   fresh      new, or back from a host function: it may be done in a moment        before who has used up a slice
 *   spent      has used up a slice                                                  in turn
 * ```
 * Of fresh ones at most {@link FRESH_RUN_MAX} go before a spent one, and of high priority as many before a normal
 * one, of normal before a low one: whoever waits gets his turn, however many others come.
 */

export const PRIORITIES = ["high", "normal", "low"] as const
export type Priority = (typeof PRIORITIES)[number]

/** How many in a row go before those that they come before. */
export const FRESH_RUN_MAX = 8

/** A guest in the queue: once for each time that it waits. */
export interface Waiting {
  readonly priority: Priority
  /** Gives it the thread; called once. */
  readonly go: () => void
}

export class RunQueue {
  readonly #urgent = new Fifo()
  readonly #classes = PRIORITIES.map(() => new PriorityClass())
  /** For each priority, how many in a row went before the ones below it. */
  readonly #ahead = PRIORITIES.map(() => 0)
  #length = 0

  /** How many wait. */
  get length(): number {
    return this.#length
  }

  push(waiting: Waiting, kind: "fresh" | "spent"): void {
    this.#classes[PRIORITIES.indexOf(waiting.priority)]?.[kind].push(waiting)
    this.#length++
  }

  /** Lets one that waits go before all others; one that does not wait is left alone. */
  hurry(waiting: Waiting): void {
    if (!this.remove(waiting)) return
    this.#urgent.push(waiting)
    this.#length++
  }

  /** *Returns* whether it waited. */
  remove(waiting: Waiting): boolean {
    const removed =
      this.#urgent.remove(waiting) ||
      this.#classes.some(({ fresh, spent }) => fresh.remove(waiting) || spent.remove(waiting))
    if (removed) this.#length--
    return removed
  }

  /** Takes out who runs next. */
  shift(): Waiting | undefined {
    const next = this.#urgent.shift() ?? this.#shiftByPriority()
    if (next !== undefined) this.#length--
    return next
  }

  #shiftByPriority(): Waiting | undefined {
    let chosen = -1
    for (const [index, { length }] of this.#classes.entries()) {
      if (length === 0) continue
      chosen = index
      // Unless somebody below has waited for long enough, this is it.
      const someoneBelow = this.#classes.some((below, at) => at > index && below.length > 0)
      if (!someoneBelow || (this.#ahead[index] ?? 0) < FRESH_RUN_MAX) break
      this.#ahead[index] = 0
    }
    if (chosen < 0) return undefined
    this.#ahead[chosen] = (this.#ahead[chosen] ?? 0) + 1
    return this.#classes[chosen]?.shift()
  }
}

/** Those of one priority. */
class PriorityClass {
  readonly fresh = new Fifo()
  readonly spent = new Fifo()
  #freshInARow = 0

  get length(): number {
    return this.fresh.length + this.spent.length
  }

  shift(): Waiting | undefined {
    const first = this.#freshInARow < FRESH_RUN_MAX ? this.fresh : this.spent
    const next = first.shift() ?? this.fresh.shift() ?? this.spent.shift()
    this.#freshInARow = first === this.fresh && this.spent.length > 0 ? this.#freshInARow + 1 : 0
    return next
  }
}

/** First in, first out, and out of the middle: a `Set` keeps the order in which it was filled. */
class Fifo {
  readonly #items = new Set<Waiting>()

  get length(): number {
    return this.#items.size
  }

  push(waiting: Waiting): void {
    this.#items.add(waiting)
  }

  remove(waiting: Waiting): boolean {
    return this.#items.delete(waiting)
  }

  shift(): Waiting | undefined {
    for (const first of this.#items) {
      this.#items.delete(first)
      return first
    }
    return undefined
  }
}
