import { describeExitReason, type ExitReason } from "./otp/ExitReason.ts"

/** The resident guest that was called is there no more, and says how it ended. */
export class ResidentEnded extends Error {
  readonly _tag = "ResidentEnded"
  override readonly name = "ResidentEnded"
  readonly reason: ExitReason
  constructor(reason: ExitReason) {
    super(`the resident guest has ended: ${describeExitReason(reason)}`)
    this.reason = reason
  }
}
