import type { Body } from "../../wasm/Module.ts"
import type { CodeBuffer } from "./CodeBuffer.ts"
import { NAN_F32, NAN_F32X4, NAN_F64, NAN_F64X2, NAN_NONE } from "./instructionActions.ts"

/** The meter's locals of one function, after all of the guest's: -1 for one that it does not need. */
export class AppendedLocals {
  readonly depth: number
  readonly fuel: number
  /** By kind of float. */
  readonly nan: ReadonlyArray<number>
  readonly #types: ReadonlyArray<number>

  constructor(body: Body, params: number, tracked: boolean, fuelLocal: boolean, nanKinds: number) {
    let next = params + body.locals.reduce((sum, run) => sum + run.count, 0)
    this.depth = tracked ? next++ : -1
    this.fuel = fuelLocal ? next++ : -1
    const wanted = nanKinds === 0 ? [] : NAN_LOCALS.filter(({ kind }) => (nanKinds & (1 << kind)) !== 0)
    const nan = [NAN_NONE, 0, 0, 0, 0]
    for (const { kind } of wanted) nan[kind] = next++
    this.nan = nan
    this.#types = [...(tracked ? [I32] : []), ...(fuelLocal ? [I32] : []), ...wanted.map(({ type }) => type)]
  }

  /** Writes the guest's runs of locals as they were, and ours. */
  write(out: CodeBuffer, body: Body): void {
    const { bytes, start } = body.code
    let runs = body.offset
    while ((bytes[runs++] ?? 0) > 0x7f) {}
    out.u32(body.locals.length + this.#types.length).copy(bytes, runs, start)
    for (const type of this.#types) out.u8(1).u8(type)
  }
}

const I32 = 0x7f

/** Locals for canonical NaNs, in this order, where the analysis found such floats. */
const NAN_LOCALS = [
  { kind: NAN_F32, type: 0x7d },
  { kind: NAN_F64, type: 0x7c },
  { kind: NAN_F32X4, type: 0x7b },
  { kind: NAN_F64X2, type: 0x7b }
]
