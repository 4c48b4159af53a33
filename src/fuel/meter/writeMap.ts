import type { Limits } from "../../wasm/Module.ts"
import type { Assembler } from "./Assembler.ts"
import type { Move } from "./describeMove.ts"
import type { MeterOptions } from "./MeterOptions.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"

/**
 * The map of what a guest has written since its host last cleared it: a memory of the meter's own, one byte for
 * every granule of the guest's memory, 1 where it was written to.
 *
 * A write marks only the granule of its first byte, so whoever copies a marked granule copies as many bytes beyond
 * it as the widest write has. The map has a byte for every address of 32 bits: marking never traps.
 */
export const GRANULE_BITS = 12
export const GRANULE_BYTES = 2 ** GRANULE_BITS
/** Bytes beyond a marked granule that may have been written too: a vector that begins on its last byte. */
export const WRITE_BEYOND_BYTES = 16

/** 2^32 addresses, a byte for each granule. */
export const WRITE_MAP_PAGES = 2 ** (32 - GRANULE_BITS - 16)

export const writeMapLimits = (): Limits => ({
  address: "i32",
  shared: false,
  min: BigInt(WRITE_MAP_PAGES),
  max: BigInt(WRITE_MAP_PAGES)
})

/** *Returns* why a module's writes cannot be tracked, `undefined` where they can. */
export const whyUntracked = (facts: ModuleFacts, options: MeterOptions): string | undefined => {
  const [memory] = facts.memories
  if (options.trackWrites !== true) return "it was not asked for"
  if (memory === undefined) return "the module has no memory"
  if (facts.memories.length > 1) return `the module has ${facts.memories.length} memories`
  if (facts.importedMemories > 0) return "the module imports its memory"
  if (memory.shared) return "the memory is shared"
  if (memory.address !== "i32") return "the memory has 64-bit addresses"
  return undefined
}

/** The move with its writes to memory 0 marked; other moves are returned as they are. */
export const markedMove = (move: Move): Move => {
  if (move.writes !== "memory") return move
  return {
    ...move,
    perform: (asm, count) => {
      move.perform(asm, count)
      markRange(asm, count)
    }
  }
}

/**
 * After a move, which has found it within bounds: marks `count` bytes from the address in the first local. The first
 * granule and the last one are stored, those between them filled: to fill is a call out of the engine's code, and
 * most moves are short.
 */
const markRange = (asm: Assembler, count: number): void => {
  const first = () => asm.get(0).i32(GRANULE_BITS).op("i32.shr_u")
  const last = () =>
    asm.get(0).get(count).op("i32.add").i32(1).op("i32.sub").i32(GRANULE_BITS).op("i32.shr_u")
  const mark = (granule: () => void) => {
    granule()
    asm.i32(1).op("i32.store8", NAMES_MEMORY, WRITE_MAP_MEMORY, 0)
  }
  asm.get(count)
  asm.region("if", () => {
    mark(first)
    mark(last)
    asm.get(count).i32(GRANULE_BYTES).op("i32.gt_u")
    asm.region("if", () => {
      first()
      asm.i32(1)
      last()
      first()
      asm.op("i32.sub").op("memory.fill", WRITE_MAP_MEMORY)
    })
  })
}

/** As the flags of an access: of alignment 1, and saying which memory. */
export const NAMES_MEMORY = 0x40

/** The map comes after the one memory that there is. */
export const WRITE_MAP_MEMORY = 1
