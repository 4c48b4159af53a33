import type { Body } from "../../wasm/Module.ts"
import type { CodeBuffer } from "./CodeBuffer.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { NAN_F32, NAN_F32X4, NAN_F64, NAN_F64X2, NAN_NONE } from "./instructionActions.ts"
import { MARK_LOCALS } from "./WriteSites.ts"

/** The meter's locals of one function, after all of the guest's: -1 for one that it does not need. */
export class AppendedLocals {
  readonly depth: number
  readonly fuel: number
  /** By kind of float. */
  readonly nan: ReadonlyArray<number> = NO_NAN
  /** By number of a mark's local. */
  readonly marks: ReadonlyArray<number> = NO_MARKS
  readonly #counters: number
  readonly #wanted: ReadonlyArray<NanLocal>
  readonly #markTypes: ReadonlyArray<keyof typeof CODES> = NO_TYPES

  constructor(
    body: Body,
    params: number,
    tracked: boolean,
    fuelLocal: boolean,
    { nanKinds, sites }: FunctionAnalysis
  ) {
    let next = params
    for (const { count } of body.locals) next += count
    this.depth = tracked ? next++ : -1
    this.fuel = fuelLocal ? next++ : -1
    this.#counters = (tracked ? 1 : 0) + (fuelLocal ? 1 : 0)
    this.#wanted =
      nanKinds === 0 ? NONE_WANTED : NAN_LOCALS.filter(({ kind }) => (nanKinds & (1 << kind)) !== 0)
    if (nanKinds !== 0) {
      const nan = [NAN_NONE, 0, 0, 0, 0]
      for (const { kind } of this.#wanted) nan[kind] = next++
      this.nan = nan
    }
    if (sites.locals === 0) return
    const wanted = MARK_LOCALS.map((_, number) => (sites.locals & (1 << number)) !== 0)
    this.#markTypes = MARK_LOCALS.filter((_, number) => wanted[number])
    this.marks = wanted.map((is) => (is ? next++ : -1))
  }

  /** Writes the guest's runs of locals as they were, and ours. */
  write(out: CodeBuffer, body: Body): void {
    const { bytes, start } = body.code
    let runs = body.offset
    while ((bytes[runs++] ?? 0) > 0x7f) {}
    const ours = this.#counters + this.#wanted.length + this.#markTypes.length
    out.u32(body.locals.length + ours).copy(bytes, runs, start)
    for (let i = 0; i < this.#counters; i++) out.u8(1).u8(I32)
    for (const { type } of this.#wanted) out.u8(1).u8(type)
    for (const type of this.#markTypes) out.u8(1).u8(CODES[type])
  }
}

const I32 = 0x7f
const CODES = { i32: I32, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const
const NO_MARKS: ReadonlyArray<number> = []
const NO_TYPES: ReadonlyArray<keyof typeof CODES> = []

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
