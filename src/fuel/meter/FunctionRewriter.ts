import type { Body } from "../../wasm/Module.ts"
import { Assembler } from "./Assembler.ts"
import type { CodeBuffer } from "./CodeBuffer.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { NAN_F32, NAN_F32X4, NAN_F64, NAN_F64X2, NAN_NONE } from "./instructionActions.ts"
import type { MeterLayout } from "./Layout.ts"
import type { OffsetMap } from "./OffsetMap.ts"
import {
  ALLOCATE,
  CALL,
  CANONICAL_NAN,
  CHARGE,
  CHARGE_AND_CHECK,
  HELPER,
  type Points,
  TAIL_CALL,
  THROW
} from "./Points.ts"

/**
 * Writes one function again, with the meter in it: the guest's bytes as they are, and between them, at the
 * points of the analysis, what pays.
 *
 * ```
 *   entry, where depth counts     depth' = depth - frame; below zero: overflow
 *   a run begins                  fuel -= cost  [; below zero: settle]
 *   a call, where depth counts    depth = depth'                (depth' is a local)
 *   a tail call                   depth = depth' + frame
 * ```
 * Depth is set before a call and never given back after one: whoever calls next sets it again. So there is no
 * exit, branch or exception on which it could be forgotten.
 */

/** What the rewriter needs of one function beside its bytes and its points. */
export interface Frame {
  /** Parameters of its type; its first appended local comes after these and its own. */
  readonly params: number
  readonly slots: number
  readonly tracked: boolean
}

/** Locals appended for canonical NaNs, in this order, when the analysis found such floats. */
const NAN_LOCALS = [
  { kind: NAN_F32, type: 0x7d },
  { kind: NAN_F64, type: 0x7c },
  { kind: NAN_F32X4, type: 0x7b },
  { kind: NAN_F64X2, type: 0x7b }
]

export class FunctionRewriter {
  readonly #layout: MeterLayout
  readonly #points: Points
  readonly #settleIfEmpty: Uint8Array
  readonly #loadFuel: Uint8Array
  readonly #storeFuel: Uint8Array
  readonly #storeDepth: Uint8Array

  constructor(layout: MeterLayout, points: Points) {
    this.#layout = layout
    this.#points = points
    const template = (write: (asm: Assembler) => void) => {
      const asm = new Assembler()
      write(asm)
      return asm.take()
    }
    this.#loadFuel = template((asm) => asm.op("global.get", layout.fuelGlobal))
    this.#storeFuel = template((asm) => asm.op("i32.sub").op("global.set", layout.fuelGlobal))
    this.#settleIfEmpty = template((asm) =>
      asm
        .op("global.get", layout.fuelGlobal)
        .i32(0)
        .op("i32.lt_s")
        .region("if", () => asm.op("call", layout.settleFunc))
    )
    this.#storeDepth = template((asm) => asm.op("global.set", layout.depthGlobal))
  }

  /** Appends the body, with its size, to `out`, and notes in `map` which byte came from where. */
  rewrite(out: CodeBuffer, body: Body, analysis: FunctionAnalysis, frame: Frame, map?: OffsetMap): void {
    const start = out.openSize()
    const locals = new AppendedLocals(body, frame, analysis.nanKinds)
    locals.write(out, body)
    if (frame.tracked) this.#enter(out, frame, locals.depth)
    const points = this.#points
    const source = body.code.bytes
    let from = body.code.start
    for (let i = analysis.firstPoint; i < analysis.endPoint; i++) {
      const kind = points.kind(i)
      const argument = points.argument(i)
      if (kind === CHARGE && argument === 0) continue
      if ((kind === CALL || kind === TAIL_CALL) && !frame.tracked) continue
      const offset = points.offset(i)
      if (offset > from) {
        map?.copied(out.at - start, from, offset)
        out.copy(source, from, offset)
        from = offset
      }
      switch (kind) {
        case CHARGE:
        case CHARGE_AND_CHECK:
          this.#charge(out, argument, kind === CHARGE_AND_CHECK)
          break
        case CALL:
          this.#setDepth(out, locals.depth, 0)
          break
        case TAIL_CALL:
          this.#setDepth(out, locals.depth, frame.slots)
          break
        case ALLOCATE:
        case THROW:
          this.#allocate(out, argument)
          break
        case CANONICAL_NAN:
          canonicalNan(out, argument, locals.nan[argument] ?? 0)
          break
        case HELPER:
          map?.copied(out.at - start, offset, offset)
          out.u8(0x10).u32(this.#layout.firstHelperFunc + argument)
          // The run that follows a call opens right after it: that is where the replaced instruction ended.
          from = points.offset(i + 1)
      }
    }
    map?.copied(out.at - start, from, body.code.end)
    out.copy(source, from, body.code.end)
    out.sizeSince(start)
  }

  /** Takes an object's bytes; exceptions are objects only where they can be kept. */
  #allocate(out: CodeBuffer, bytes: number): void {
    if (this.#layout.allocateFunc >= 0) out.u8(0x41).s32(bytes).u8(0x10).u32(this.#layout.allocateFunc)
  }

  #enter(out: CodeBuffer, frame: Frame, depth: number): void {
    out.u8(0x23).u32(this.#layout.depthGlobal).u8(0x41).s32(frame.slots).u8(0x6b).u8(0x22).u32(depth)
    out.u8(0x41).s32(0).u8(0x48).u8(0x04).u8(0x40).u8(0x10).u32(this.#layout.overflowFunc).u8(0x0b)
  }

  #charge(out: CodeBuffer, cost: number, check: boolean): void {
    if (cost > 0) {
      out.copy(this.#loadFuel, 0, this.#loadFuel.length).u8(0x41).s32(cost)
      out.copy(this.#storeFuel, 0, this.#storeFuel.length)
    }
    if (check) out.copy(this.#settleIfEmpty, 0, this.#settleIfEmpty.length)
  }

  #setDepth(out: CodeBuffer, depth: number, give: number): void {
    out.u8(0x20).u32(depth)
    if (give !== 0) out.u8(0x41).s32(give).u8(0x6a)
    out.copy(this.#storeDepth, 0, this.#storeDepth.length)
  }
}

/** The meter's locals of one function, after all of the guest's. */
class AppendedLocals {
  readonly depth: number
  /** By kind of float. */
  readonly nan: ReadonlyArray<number>
  readonly #types: ReadonlyArray<number>

  constructor(body: Body, frame: Frame, nanKinds: number) {
    let next = frame.params + body.locals.reduce((sum, run) => sum + run.count, 0)
    this.depth = frame.tracked ? next++ : -1
    const wanted = NAN_LOCALS.filter(({ kind }) => (nanKinds & (1 << kind)) !== 0)
    const nan = [NAN_NONE, 0, 0, 0, 0]
    for (const { kind } of wanted) nan[kind] = next++
    this.nan = nan
    this.#types = [...(frame.tracked ? [0x7f] : []), ...wanted.map(({ type }) => type)]
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

const CANONICAL_F32 = [0x43, 0, 0, 0xc0, 0x7f]
const CANONICAL_F64 = [0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]

/** The value on top, or the canonical NaN if it is not equal to itself; lane by lane for vectors. */
const canonicalNan = (out: CodeBuffer, kind: number, local: number): void => {
  const get = () => out.u8(0x20).u32(local)
  const constant = (bytes: ReadonlyArray<number>) => {
    for (const byte of bytes) out.u8(byte)
  }
  out.u8(0x22).u32(local)
  if (kind === NAN_F32 || kind === NAN_F64) {
    constant(kind === NAN_F32 ? CANONICAL_F32 : CANONICAL_F64)
    get()
    get()
    out.u8(kind === NAN_F32 ? 0x5b : 0x61).u8(0x1b)
    return
  }
  const lane = (kind === NAN_F32X4 ? CANONICAL_F32 : CANONICAL_F64).slice(1)
  out.u8(0xfd).u32(12)
  for (let i = 0; i < 16; i += lane.length) constant(lane)
  get()
  get()
  // f32x4.eq is 0xfd 65, f64x2.eq 0xfd 71, v128.bitselect 0xfd 82.
  out
    .u8(0xfd)
    .u32(kind === NAN_F32X4 ? 65 : 71)
    .u8(0xfd)
    .u32(82)
}
