import { Assembler } from "./Assembler.ts"
import type { CodeBuffer } from "./CodeBuffer.ts"
import type { MeterLayout } from "./Layout.ts"
import { COUNTER_IN_LOCAL } from "./Layout.ts"
import type { Placement } from "./Placement.ts"

/**
 * The few instructions that are written into the guest's functions, millions of times: templates made once, and
 * the numbers between them.
 *
 * ```
 *   charge      fuel -= cost                      fuel: the global, or in quiet loops a local
 *   look        if (fuel < 0) settle              the branch carries a hint that it is not taken
 *   guard       depth' = depth - frame; if (depth' < 0) overflow
 * ```
 */
export class MeterCode {
  /** Offsets, from the start of the body, of the branches that are almost never taken. */
  readonly unlikely: Array<number> = []
  readonly #out: CodeBuffer
  readonly #layout: MeterLayout
  readonly #rules: Placement
  readonly #loadFuel: Uint8Array
  readonly #storeFuel: Uint8Array
  readonly #subtractFuel: Uint8Array
  readonly #loadDepth: Uint8Array
  readonly #storeDepth: Uint8Array
  #start = 0
  #depthLocal = -1
  #fuelLocal = -1

  constructor(out: CodeBuffer, layout: MeterLayout, rules: Placement) {
    this.#out = out
    this.#layout = layout
    this.#rules = rules
    const template = (write: (asm: Assembler) => void) => {
      const asm = new Assembler()
      write(asm)
      return asm.take()
    }
    this.#loadFuel = template((asm) => asm.op("global.get", layout.fuelGlobal))
    this.#storeFuel = template((asm) => asm.op("global.set", layout.fuelGlobal))
    this.#subtractFuel = template((asm) => asm.op("i32.sub").op("global.set", layout.fuelGlobal))
    this.#loadDepth = template((asm) => asm.op("global.get", layout.depthGlobal))
    this.#storeDepth = template((asm) => asm.op("global.set", layout.depthGlobal))
  }

  /** Begins a body at `start`, with the locals that were appended for it. */
  begin(start: number, depthLocal: number, fuelLocal: number): void {
    this.#start = start
    this.#depthLocal = depthLocal
    this.#fuelLocal = fuelLocal
    this.unlikely.length = 0
  }

  charge(cost: number, local: boolean): void {
    if (cost === 0) return
    const out = this.#out
    if (local) {
      out.u8(LOCAL_GET).u32(this.#fuelLocal).u8(I32_CONST).s32(cost)
      out.u8(I32_SUB).u8(LOCAL_SET).u32(this.#fuelLocal)
    } else {
      this.#put(this.#loadFuel)
      out.u8(I32_CONST).s32(cost)
      this.#put(this.#subtractFuel)
    }
  }

  look(local: boolean): void {
    const out = this.#out
    if (local) out.u8(LOCAL_GET).u32(this.#fuelLocal)
    else this.#put(this.#loadFuel)
    this.#ifNegative()
    if (this.#rules.whenEmpty === "trap") out.u8(UNREACHABLE)
    else if (local) this.#settleLocal(0)
    else out.u8(CALL).u32(this.#layout.settleFunc)
    out.u8(END)
  }

  /**
   * Counts the frame, if it counts. It shares no branch with a look: one over `depth' | fuel` cost fib 1.87 of plain
   * where two cost 1.70; and it comes before the look: after it, 1.88.
   */
  guard(slots: number): void {
    if (this.#depthLocal < 0) return
    this.#put(this.#loadDepth)
    this.#out.u8(I32_CONST).s32(slots).u8(I32_SUB).u8(LOCAL_TEE).u32(this.#depthLocal)
    this.#ifNegative()
    this.#out.u8(CALL).u32(this.#layout.overflowFunc).u8(UNREACHABLE).u8(END)
  }

  /** Takes the counter into the local; what the global says until it is back is that it is away. */
  takeCounter(): void {
    this.#put(this.#loadFuel)
    this.#out.u8(LOCAL_SET).u32(this.#fuelLocal).u8(I32_CONST).s32(COUNTER_IN_LOCAL)
    this.#put(this.#storeFuel)
  }

  /** Puts the counter back, less a charge. */
  returnCounter(cost: number): void {
    const out = this.#out.u8(LOCAL_GET).u32(this.#fuelLocal)
    if (cost !== 0) out.u8(I32_CONST).s32(cost).u8(I32_SUB)
    this.#put(this.#storeFuel)
  }

  /** In front of a loop that is left for a refill: makes sure that it can be entered once. */
  refillBefore(cost: number): void {
    this.#cannotPay(cost)
    this.#unlikely()
    this.#out.u8(IF).u8(EMPTY_TYPE)
    this.#settleLocal(cost)
    this.#out.u8(END)
  }

  /** In its header: pays, or leaves. */
  payOrLeave(cost: number): void {
    this.#cannotPay(cost)
    this.#unlikely()
    this.#out.u8(BR_IF).u32(1)
    this.charge(cost, true)
  }

  setDepth(give: number): void {
    this.#out.u8(LOCAL_GET).u32(this.#depthLocal)
    if (give !== 0) this.#out.u8(I32_CONST).s32(give).u8(I32_ADD)
    this.#put(this.#storeDepth)
  }

  /** Takes an object's bytes; exceptions are objects only where they can be kept. */
  allocate(bytes: number): void {
    const { allocateFunc } = this.#layout
    if (allocateFunc >= 0) this.#out.u8(I32_CONST).s32(bytes).u8(CALL).u32(allocateFunc)
  }

  #cannotPay(cost: number): void {
    this.#out.u8(LOCAL_GET).u32(this.#fuelLocal).u8(I32_CONST).s32(cost).u8(I32_LT_S)
  }

  /** Settles with the counter less a charge, and takes the charge as not made: it will be. */
  #settleLocal(cost: number): void {
    const out = this.#out.u8(LOCAL_GET).u32(this.#fuelLocal)
    if (cost !== 0) out.u8(I32_CONST).s32(cost).u8(I32_SUB)
    out.u8(CALL).u32(this.#layout.settleLocalFunc)
    if (cost !== 0) out.u8(I32_CONST).s32(cost).u8(I32_ADD)
    out.u8(LOCAL_SET).u32(this.#fuelLocal)
  }

  #ifNegative(): void {
    this.#out.u8(I32_CONST).u8(0).u8(I32_LT_S)
    this.#unlikely()
    this.#out.u8(IF).u8(EMPTY_TYPE)
  }

  #unlikely(): void {
    this.unlikely.push(this.#out.at - this.#start)
  }

  #put(template: Uint8Array): void {
    this.#out.copy(template, 0, template.length)
  }
}

const UNREACHABLE = 0x00
const IF = 0x04
const END = 0x0b
const BR_IF = 0x0d
const CALL = 0x10
const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const LOCAL_TEE = 0x22
const I32_CONST = 0x41
const I32_LT_S = 0x48
const I32_ADD = 0x6a
const I32_SUB = 0x6b
const EMPTY_TYPE = 0x40
