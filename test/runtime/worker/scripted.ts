import { PLACEMENT_DEFAULT } from "../../../src/fuel/meter/Placement.ts"
import type { Compiled, ExportedFunction } from "../../../src/runtime/Compiled.ts"
import { EngineFault } from "../../../src/runtime/worker/EngineFault.ts"
import { ScriptedEngine, type ScriptStep } from "../../../src/runtime/worker/ScriptedEngine.ts"

const EMPTY = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)

/** A compiled module of which only the exported functions are there. */
export const compiledWith = (...exports: ReadonlyArray<ExportedFunction>): Compiled => ({
  module: new WebAssembly.Module(EMPTY),
  plan: {
    layout: {
      fuelGlobal: 0,
      depthGlobal: 1,
      heapGlobal: -1,
      hookTable: 0,
      hookType: 0,
      settleFunc: 0,
      settleLocalFunc: 1,
      overflowFunc: 2,
      allocateFunc: -1,
      firstHelperFunc: 3,
      writesMemory: -1
    },
    helpers: [],
    traits: {
      functions: 0,
      nodeOfType: new Int32Array(0),
      bits: new Uint8Array(0),
      prepaid: new Uint16Array(0),
      residual: new Uint16Array(0)
    },
    bodyOffsets: new Uint32Array(0),
    guestFuncs: 0,
    exports: {
      fuel: "fuel",
      depth: "depth",
      heap: undefined,
      hooks: "hooks",
      start: undefined,
      memories: [],
      tables: [],
      tags: [],
      globals: [],
      writes: undefined
    },
    memoryImports: [],
    untracked: "it was not asked for"
  },
  placement: PLACEMENT_DEFAULT,
  imports: [],
  exports,
  tags: [],
  features: [],
  nondeterminism: [],
  memories: [],
  tables: [],
  meteredBytes: 8,
  freshness: { way: "new", why: "it is scripted" },
  writesTables: false
})

export const MAIN: ExportedFunction = { name: "main", params: [], results: ["i32"] }
export const compiled = compiledWith(MAIN)

export const engineOf = (...script: ReadonlyArray<ScriptStep>) => new ScriptedEngine(script)

export const trapOf = (message: string) => new EngineFault({ kind: "trap", message }, [])
