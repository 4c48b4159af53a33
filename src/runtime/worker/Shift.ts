import type { FiringCell } from "../FiringCell.ts"
import type { Turns } from "./FiringServices.ts"
import type { Guest } from "./Scheduler.ts"

/**
 * The place in the scheduler that an instance has for one call after the other: an instance is connected once, and
 * each of its calls is a guest of its own there.
 */
export class Shift implements Turns {
  cell: FiringCell
  firing: number
  #guest: Guest

  constructor(guest: Guest, firing: number, cell: FiringCell) {
    this.#guest = guest
    this.firing = firing
    this.cell = cell
    guest.isCancelled = () => cell.cancelled
  }

  /** Another call begins. */
  begins(guest: Guest, firing: number, cell: FiringCell): void {
    this.#guest = guest
    this.firing = firing
    this.cell = cell
    guest.isCancelled = () => cell.cancelled
  }

  readonly begin = (deadlineMs: number): void => this.#guest.begin(deadlineMs)
  readonly hasten = (): void => this.#guest.hasten()
  readonly shouldPark = (): boolean => this.#guest.shouldPark()
  readonly targetMs = (): number => this.#guest.targetMs()
  readonly shareUnits = (): number | undefined => this.#guest.shareUnits()
  readonly waitedMs = (): number => this.#guest.waitedMs()
  readonly park = (): Promise<void> => this.#guest.park()
  readonly away = <A>(answer: Promise<A>): Promise<A> => this.#guest.away(answer)
  readonly stopped = (): ReturnType<Guest["stopped"]> => this.#guest.stopped()
}
