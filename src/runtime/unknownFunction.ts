import { UnknownFunction } from "../outcome/RefusedReason.ts"
import type { ExportedFunction } from "./Compiled.ts"

/** The refusal of a name that no function is exported under, with the first of those that are. */
export const unknownFunction = (name: string, exports: ReadonlyArray<ExportedFunction>): UnknownFunction =>
  new UnknownFunction(
    name,
    exports.slice(0, NAMES_SHOWN).map((one) => one.name)
  )

/** Enough to see a slip of the pen. */
const NAMES_SHOWN = 20
