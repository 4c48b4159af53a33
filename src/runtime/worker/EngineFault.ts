import type { Missing } from "../../outcome/Missing.ts"
import type { FailureCause, RawFrame } from "../Firing.ts"

/** A guest's end other than by returning, on its way out of an engine. It never crosses a thread as an exception. */
export class EngineFault extends Error {
  override readonly name = "EngineFault"
  readonly failure: FailureCause
  readonly frames: ReadonlyArray<RawFrame> | Missing
  constructor(failure: FailureCause, frames: ReadonlyArray<RawFrame> | Missing) {
    super(failure.kind)
    this.failure = failure
    this.frames = frames
  }
}
