import type { MeteredModule } from "../../../src/fuel/meter/MeteredModule.ts"
import { changeSection } from "../../../src/fuel/meter/sections.ts"
import { GRANULE_BYTES, WRITE_BEYOND_BYTES } from "../../../src/fuel/meter/writeMap.ts"
import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import { decodeInstructions, type Instruction } from "../../../src/wasm/Instruction.ts"
import type { Module } from "../../../src/wasm/Module.ts"
import { OPCODES } from "../../../src/wasm/Opcodes.ts"
import { sectionOf } from "../../../src/wasm/sectionOf.ts"
import { codeOf } from "../../wasm/code.ts"
import { decoded } from "../../wasm/modules.ts"
import type { MeteredInstance } from "./runMetered.ts"

/** What a tracked guest wrote, against what its map says. */
export class Watched {
  readonly #guest: MeteredInstance
  #before = new Uint8Array(0)

  constructor(guest: MeteredInstance) {
    this.#guest = guest
    this.begin()
  }

  /** Forgets what was written so far. */
  begin(): void {
    this.#map().fill(0)
    this.#before = this.#memory().slice()
  }

  /** Addresses of bytes that have changed since, by no mark's leave; the first few. */
  unmarked(): ReadonlyArray<number> {
    const [map, now, before] = [this.#map(), this.#memory(), this.#before]
    const found: Array<number> = []
    for (let from = 0; from < now.length && found.length < 4; from += GRANULE_BYTES) {
      const granule = from / GRANULE_BYTES
      if (map[granule] === 1) continue
      const first = map[granule - 1] === 1 ? from + WRITE_BEYOND_BYTES : from
      const old = before.subarray(first, from + GRANULE_BYTES)
      const end = from + GRANULE_BYTES
      if (old.length > 0 && Buffer.compare(old, now.subarray(first, end)) === 0) continue
      for (let at = first; at < end; at++) if ((before[at] ?? 0) !== now[at]) found.push(at)
    }
    return found
  }

  changed(): boolean {
    const now = this.#memory()
    return now.some((byte, at) => byte !== (this.#before[at] ?? 0))
  }

  marks(): ReadonlyArray<number> {
    return [...this.#map().entries()].flatMap(([granule, mark]) => (mark === 0 ? [] : [granule]))
  }

  #memory(): Uint8Array {
    const [name = ""] = this.#guest.made.plan.exports.memories
    return bytesOfMemory(this.#guest, name)
  }
  #map(): Uint8Array {
    return bytesOfMemory(this.#guest, this.#guest.made.plan.exports.writes ?? "")
  }
}

const bytesOfMemory = (guest: MeteredInstance, name: string): Uint8Array =>
  new Uint8Array(guest.export<WebAssembly.Memory>(name).buffer)

/** A random module with its second memory's accesses made ones of its first; `undefined` where they cannot be. */
export const withOneMemory = (bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined => {
  const module = decoded(bytes)
  const memories = sectionOf(module, "memory")?.memories ?? []
  if (memories.some(({ address }) => address === "i64")) return undefined
  const changes: ReadonlyArray<(module: Module) => Module> = [
    (m) => changeSection(m, "memory", (old) => old && { ...old, memories: old.memories.slice(0, 1) }),
    (m) =>
      changeSection(m, "export", (old) => ({
        kind: "export",
        exports: (old?.exports ?? []).map((e) => (e.kind === "memory" ? { ...e, index: 0 } : e))
      })),
    (m) => changeInstructions(m, onFirstMemory)
  ]
  return encodeModule(changes.reduce((changed, change) => change(changed), module))
}

const onFirstMemory = (one: Instruction): ReadonlyArray<Instruction> => {
  switch (OPCODES[one.op]?.layout) {
    case "memarg":
    case "memargLane":
      return [{ ...one, b: 0, flags: one.a }]
    case "memory":
      return [{ ...one, a: 0 }]
    case "memoryMemory":
      return [{ ...one, a: 0, b: 0 }]
    case "dataMemory":
      return [{ ...one, b: 0 }]
    default:
      return [one]
  }
}

/** A module with other instructions in place of each, in all bodies or those from one on. */
export const changeInstructions = (
  module: Module,
  change: (one: Instruction, i: number, all: ReadonlyArray<Instruction>) => ReadonlyArray<Instruction>,
  from = 0
): Module =>
  changeSection(module, "code", (old) => ({
    kind: "code",
    bodies: (old?.bodies ?? []).map((body, index) =>
      index < from
        ? body
        : { offset: 0, locals: body.locals, code: codeOf(decodeInstructions(body.code).flatMap(change)) }
    )
  }))

/** Meters' mutants: a made module with other instructions, in the guest's functions or in the meter's. */
export const spoiled =
  (where: "everywhere" | "helpers", change: Parameters<typeof changeInstructions>[1]) =>
  (made: MeteredModule): Uint8Array<ArrayBuffer> => {
    const from = where === "helpers" ? made.plan.bodyOffsets.length : 0
    return encodeModule(changeInstructions(decoded(made.bytes), change, from))
  }
