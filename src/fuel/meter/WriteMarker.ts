import type { CodeBuffer } from "./CodeBuffer.ts"
import type { MeterLayout } from "./Layout.ts"
import {
  ADDRESS_CONSTANT,
  ADDRESS_LOCAL,
  ADDRESS_UNDER,
  LOCAL_ADDRESS,
  type SitesOfFunction,
  VALUE_LOCALS,
  type WriteSites
} from "./WriteSites.ts"
import { GRANULE_BITS, NAMES_MEMORY } from "./writeMap.ts"

/**
 * Writes the marks of one function after the other: one byte of the map for the granule that a write begins in.
 *
 * ```
 *   address  [+ offset]  >>> 12   1  i32.store8 map
 * ```
 * An address that wraps here is past the end of the memory there, and its write traps.
 */
export class WriteMarker {
  /** Offset in the source of the next mark. */
  at = Number.POSITIVE_INFINITY
  readonly #out: CodeBuffer
  readonly #sites: WriteSites
  readonly #memory: number
  #next = 0
  #end = 0
  #locals: ReadonlyArray<number> = []

  constructor(out: CodeBuffer, layout: MeterLayout, sites: WriteSites) {
    this.#out = out
    this.#sites = sites
    this.#memory = layout.writesMemory
  }

  /** Begins a function, with the locals appended for it. */
  begin({ first, end }: SitesOfFunction, locals: ReadonlyArray<number>): void {
    this.#next = first
    this.#end = end
    this.#locals = locals
    this.#look()
  }

  /** Writes the mark that is next. */
  mark(): void {
    const out = this.#out
    const site = this.#next++
    const how = this.#sites.how[site] ?? 0
    const argument = this.#sites.argument[site] ?? 0
    const offset = this.#sites.offset[site] ?? 0
    const address = this.#local(LOCAL_ADDRESS)
    const values = how === ADDRESS_UNDER ? (VALUE_LOCALS[argument] ?? []) : []
    for (const value of values.toReversed()) out.u8(LOCAL_SET).u32(this.#local(value))
    if (how === ADDRESS_CONSTANT) out.u8(I32_CONST).s32((argument + offset) >>> GRANULE_BITS)
    else {
      if (how !== ADDRESS_LOCAL) out.u8(LOCAL_TEE).u32(address)
      out.u8(LOCAL_GET).u32(how === ADDRESS_LOCAL ? argument : address)
      if (offset !== 0) out.u8(I32_CONST).s32(offset).u8(I32_ADD)
      out.u8(I32_CONST).u8(GRANULE_BITS).u8(I32_SHR_U)
    }
    out.u8(I32_CONST).u8(1).u8(I32_STORE8).u8(NAMES_MEMORY).u32(this.#memory).u8(0)
    for (const value of values) out.u8(LOCAL_GET).u32(this.#local(value))
    this.#look()
  }

  #look(): void {
    this.at = this.#next < this.#end ? (this.#sites.at[this.#next] ?? 0) : Number.POSITIVE_INFINITY
  }

  #local(number: number): number {
    return this.#locals[number] ?? 0
  }
}

const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const LOCAL_TEE = 0x22
const I32_STORE8 = 0x3a
const I32_CONST = 0x41
const I32_ADD = 0x6a
const I32_SHR_U = 0x76
