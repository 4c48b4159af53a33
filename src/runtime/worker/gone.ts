import { Unsupported } from "../../outcome/RefusedReason.ts"
import type { RefusedReport } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"

/** What a call of a resident guest gets that is there no more: its own crash was reported to whoever called it then. */
export const gone = (cell: SharedArrayBuffer): RefusedReport => {
  new FiringCell(cell).enter("done")
  return {
    kind: "refused",
    reason: new Unsupported("the call", "the resident guest has ended"),
    compileMicros: 0,
    compiled: undefined
  }
}
