import type { AuditEntry } from "./AuditEvent.ts"
import { encodeEvent } from "./AuditLine.ts"
import type { AuditMark } from "./AuditLogEvent.ts"

/**
 * The events that wait to be written, in the order in which they were recorded, within a bound in bytes.
 *
 * When the bound is met, events are lost and counted until half of the room is free again; then a gap takes the
 * place of all that were lost. So a disk that is full for an hour leaves one gap, not one for each event that
 * found a place.
 */
export type Waiting = string | LostEvents

/** Stands where events were lost. */
export interface LostEvents {
  readonly lost: number
  readonly why: string
  readonly atMs: number
}

export class AuditBuffer {
  readonly #bytesMax: number
  #queue: Array<Waiting> = []
  #head = 0
  #bytes = 0
  #losing: { lost: number; readonly why: string; readonly atMs: number } | undefined
  #lost = 0

  /** @param bytesMax of the events that wait, encoded */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** @param why it would be lost */
  add(entry: AuditEntry, atMs: number, why: string): void {
    if (this.#losing !== undefined && this.#bytes > this.#bytesMax / 2) return this.#lose(this.#losing)
    this.#endGap()
    const encoded = encodeEvent(entry, atMs)
    if (this.#bytes + encoded.length + ITEM_BYTES > this.#bytesMax) {
      this.#losing = { lost: 0, why, atMs }
      return this.#lose(this.#losing)
    }
    this.#push(encoded, encoded.length + ITEM_BYTES)
  }

  /** Takes a mark, full or not. */
  addMark(mark: AuditMark, atMs: number): void {
    this.#endGap()
    const encoded = encodeEvent(mark, atMs)
    this.#push(encoded, encoded.length + ITEM_BYTES)
  }

  /** What is to be written next. */
  peek(): Waiting | undefined {
    if (this.#head === this.#queue.length) this.#endGap()
    return this.#queue[this.#head]
  }

  /** Removes what `peek` showed. */
  shift(): void {
    const item = this.#queue[this.#head]
    if (item === undefined) return
    this.#bytes -= typeof item === "string" ? item.length + ITEM_BYTES : ITEM_BYTES
    this.#head += 1
    if (this.#head < SHIFTS_MAX && this.#head < this.#queue.length) return
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Events that were lost so far, those without a gap yet included. */
  get lost(): number {
    return this.#lost
  }

  /** Events, gaps and marks that wait. */
  get length(): number {
    return this.#queue.length - this.#head + (this.#losing === undefined ? 0 : 1)
  }

  #push(item: Waiting, bytes: number): void {
    this.#queue.push(item)
    this.#bytes += bytes
  }

  #lose(losing: { lost: number }): void {
    losing.lost += 1
    this.#lost += 1
  }

  #endGap(): void {
    const losing = this.#losing
    if (losing === undefined) return
    this.#losing = undefined
    this.#push(losing, ITEM_BYTES)
  }
}

/** What an entry of the queue takes besides its text. */
const ITEM_BYTES = 32
/** After so many the queue is copied, which costs a nanosecond an entry. */
const SHIFTS_MAX = 4_096
