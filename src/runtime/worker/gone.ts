import { Unsupported } from "../../outcome/RefusedReason.ts"
import type { RefusedReport } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import { refuse } from "./prepareFiring.ts"

/** What a call of a resident guest gets that is there no more: its own crash was reported to whoever called it then. */
export const gone = (cell: SharedArrayBuffer): RefusedReport =>
  refuse(
    new Unsupported("the call", "the resident guest has ended"),
    { compiled: undefined, fresh: false, compileMicros: 0 },
    new FiringCell(cell)
  )
