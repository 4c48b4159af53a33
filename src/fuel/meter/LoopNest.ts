/**
 * Which labels are open while a function is written, as far as it matters: at which the counter was taken into a
 * local, and at which one more label than the guest's was put round a loop.
 */
export const NO_LOOP = -1

export class LoopNest {
  /** Labels open now, the function's own included. */
  open = 1
  /** How many were open at the loop whose counter is a local. */
  localFrom = NO_LOOP
  /** How many were open at the loop that is left for refills. */
  refillFrom = NO_LOOP
  /** Whether the counter is a local in all of the function. */
  everywhere = false

  /** Whether the counter was put back for a call that does not come back. */
  away = false

  begin(): void {
    this.open = 1
    this.localFrom = NO_LOOP
    this.refillFrom = NO_LOOP
    this.everywhere = false
    this.away = false
  }

  takeEverywhere(): void {
    this.localFrom = 1
    this.everywhere = true
  }

  get isLocal(): boolean {
    return this.localFrom !== NO_LOOP
  }

  /** Whether a branch to the label goes where the counter is the global. */
  leavesLocal(label: number): boolean {
    return this.isLocal && this.open - 1 - label < this.localFrom
  }

  /** The label as it counts now that there may be one more. */
  label(label: number): number {
    return this.refillFrom !== NO_LOOP && this.open - 1 - label < this.refillFrom ? label + 1 : label
  }
}
