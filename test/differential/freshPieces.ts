import type { Compiled } from "../../src/runtime/Compiled.ts"
import type { Restorable } from "../../src/runtime/worker/Engine.ts"

/** Ways back that forget one piece of an instance's state: mutants, each of which must be found out. */
export type Piece =
  | "the first memory"
  | "the second memory"
  | "globals"
  | "tables"
  | "the allowance for objects"

/** A way back after which the piece is as the firing left it. */
export const forgetting =
  (piece: Piece, compiled: Compiled) =>
  (real: Restorable, exports: () => WebAssembly.Exports): Restorable => ({
    difference: () => real.difference(),
    restore: () => {
      const putIn = take(piece, compiled, exports())
      const restored = real.restore()
      if (restored) putIn(exports())
      return restored
    }
  })

type PutIn = (exports: WebAssembly.Exports) => void

const take = (piece: Piece, { plan }: Compiled, exports: WebAssembly.Exports): PutIn => {
  const { memories, globals, tables, heap } = plan.exports
  switch (piece) {
    case "the first memory":
      return memoryOf(exports, memories[0])
    case "the second memory":
      return memoryOf(exports, memories[1])
    case "globals":
      return all(globals.filter(({ how }) => how === "global").map(({ name }) => globalOf(exports, name)))
    case "the allowance for objects":
      return globalOf(exports, heap)
    case "tables":
      return all(tables.map((name) => tableOf(exports, name)))
  }
}

const all =
  (pieces: ReadonlyArray<PutIn>): PutIn =>
  (exports) => {
    for (const putIn of pieces) putIn(exports)
  }

const memoryOf = (exports: WebAssembly.Exports, name = ""): PutIn => {
  const memory = exports[name]
  if (!(memory instanceof WebAssembly.Memory)) return () => undefined
  const bytes = new Uint8Array(memory.buffer).slice()
  return (later) => {
    const now = later[name]
    if (now instanceof WebAssembly.Memory) new Uint8Array(now.buffer).set(bytes)
  }
}

const globalOf = (exports: WebAssembly.Exports, name = ""): PutIn => {
  const global = exports[name]
  if (!(global instanceof WebAssembly.Global)) return () => undefined
  try {
    const { value } = global
    return (later) => {
      const now = later[name]
      if (now instanceof WebAssembly.Global) now.value = value
    }
  } catch {
    // A type that JavaScript cannot see.
    return () => undefined
  }
}

const tableOf = (exports: WebAssembly.Exports, name: string): PutIn => {
  const table = exports[name]
  if (!(table instanceof WebAssembly.Table)) return () => undefined
  // The cast: a table with 64-bit indices has them, and its length, as bigints.
  const index = (i: number) =>
    (typeof (table.length as number | bigint) === "bigint" ? BigInt(i) : i) as number
  const elements = Array.from({ length: Number(table.length) }, (_, i) => table.get(index(i)))
  return (later) => {
    const now = later[name]
    if (now instanceof WebAssembly.Table)
      for (const [i, element] of elements.entries()) now.set(index(i), element)
  }
}
