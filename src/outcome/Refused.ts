import { describeRefusedReason, type RefusedReason } from "./RefusedReason.ts"

/** The third of the three outcomes: decided before there was an instance, so there is no life to report. */
export class Refused extends Error {
  readonly _tag = "Refused"
  override readonly name = "Refused"
  readonly reason: RefusedReason
  constructor(reason: RefusedReason) {
    super(describeRefusedReason(reason))

    this.reason = reason
  }
}
