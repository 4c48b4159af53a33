import type { Body } from "../../wasm/Module.ts"
import type { CodeBuffer } from "./CodeBuffer.ts"
import { NAN_F32, NAN_F32X4, NAN_F64, NAN_F64X2, NAN_NONE } from "./instructionActions.ts"

/** The meter's locals of one function, after all of the guest's: -1 for one that it does not need. */
export class AppendedLocals {
  readonly depth: number
  readonly fuel: number
  /** By kind of float. */
  readonly nan: ReadonlyArray<number> = NO_NAN
  readonly #counters: number
  readonly #wanted: ReadonlyArray<NanLocal>

  constructor(body: Body, params: number, tracked: boolean, fuelLocal: boolean, nanKinds: number) {
    let next = params
    for (const { count } of body.locals) next += count
    this.depth = tracked ? next++ : -1
    this.fuel = fuelLocal ? next++ : -1
    this.#counters = (tracked ? 1 : 0) + (fuelLocal ? 1 : 0)
    this.#wanted =
      nanKinds === 0 ? NONE_WANTED : NAN_LOCALS.filter(({ kind }) => (nanKinds & (1 << kind)) !== 0)
    if (nanKinds === 0) return
    const nan = [NAN_NONE, 0, 0, 0, 0]
    for (const { kind } of this.#wanted) nan[kind] = next++
    this.nan = nan
  }

  /** Writes the guest's runs of locals as they were, and ours. */
  write(out: CodeBuffer, body: Body): void {
    const { bytes, start } = body.code
    let runs = body.offset
    while ((bytes[runs++] ?? 0) > 0x7f) {}
    out.u32(body.locals.length + this.#counters + this.#wanted.length).copy(bytes, runs, start)
    for (let i = 0; i < this.#counters; i++) out.u8(1).u8(I32)
    for (const { type } of this.#wanted) out.u8(1).u8(type)
  }
}

const I32 = 0x7f

interface NanLocal {
  readonly kind: number
  readonly type: number
}

const NO_NAN: ReadonlyArray<number> = []
const NONE_WANTED: ReadonlyArray<NanLocal> = []

/** Locals for canonical NaNs, in this order, where the analysis found such floats. */
const NAN_LOCALS: ReadonlyArray<NanLocal> = [
  { kind: NAN_F32, type: 0x7d },
  { kind: NAN_F64, type: 0x7c },
  { kind: NAN_F32X4, type: 0x7b },
  { kind: NAN_F64X2, type: 0x7b }
]
