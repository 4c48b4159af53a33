import type { Unfit } from "../../PooledCall.ts"
import type { NoSlot, Slot } from "./Slot.ts"

/**
 * The slots of one pool on one thread: as many as have been needed at once, the one that was used last first, whose
 * memory is still in the processor's caches.
 *
 * A share of them is compared with its first state after it was put back, to the last byte. One that differs ends the
 * rack: whatever the cause, no instance of this module is used twice from then on.
 */
export class SlotRack<S extends { readonly slot: Slot }> {
  readonly #make: () => S | NoSlot
  readonly #verifyEvery: number
  readonly #idleMax: number
  readonly #idle: Array<S> = []
  #restored = 0
  #unfit: Unfit | undefined

  /**
   * @param make makes one more
   * @param verifyEvery of so many restorations one is checked; 0 for none
   * @param idleMax slots that may be idle
   */
  constructor(make: () => S | NoSlot, verifyEvery: number, idleMax: number) {
    this.#make = make
    this.#idleMax = idleMax
    this.#verifyEvery = verifyEvery
  }

  get idle(): number {
    return this.#idle.length
  }

  get unfit(): Unfit | undefined {
    return this.#unfit
  }

  /** A slot that is as new, or `undefined`: for now, or for good, and then {@link unfit} says why. */
  take(): S | undefined {
    return this.#unfit === undefined ? (this.#idle.pop() ?? this.#makeOne()) : undefined
  }

  #makeOne(): S | undefined {
    if (this.#unfit !== undefined) return undefined
    const made = this.#make()
    if ("slot" in made) return made
    if (!made.passing) this.#unfit = { why: made.why, differs: undefined }
    return undefined
  }

  /** After one firing: puts the slot back as it was. *Returns* whether it can be used again, at once. */
  restore({ slot }: S): boolean {
    if (slot.place === "restoring" && this.#isToBeChecked()) {
      const differing = slot.restoreChecked()
      if (differing !== undefined) {
        this.#unfit = differing
        this.trim(0)
      }
    } else slot.restore()
    // Another slot of the rack may have been found to differ while this one was in use.
    if (this.#unfit !== undefined) slot.close()
    return slot.place === "idle"
  }

  /** Takes back one that is as new, or lets it go. */
  give(slotted: S): void {
    if (this.#unfit !== undefined || this.#idle.length >= this.#idleMax) slotted.slot.close()
    else if (slotted.slot.place === "idle") this.#idle.push(slotted)
  }

  #isToBeChecked(): boolean {
    this.#restored++
    return this.#verifyEvery > 0 && this.#restored % this.#verifyEvery === 0
  }

  /** Makes slots until so many are idle. */
  fill(least: number): void {
    while (this.#idle.length < Math.min(least, this.#idleMax)) {
      const made = this.#makeOne()
      if (made === undefined) return
      this.#idle.unshift(made)
    }
  }

  /** Lets go of idle slots but so many. */
  trim(most: number): void {
    for (const { slot } of this.#idle.splice(0, Math.max(0, this.#idle.length - most))) slot.close()
  }
}
