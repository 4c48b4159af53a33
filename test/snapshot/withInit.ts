import { changeSection } from "../../src/fuel/meter/sections.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"
import { Emitter } from "../fuzz/Emitter.ts"
import { decoded } from "../wasm/modules.ts"

/** A module with a function `init` more, which calls one of its exports with an i32 for each parameter. */
export const withInit = (wasm: Uint8Array, exportName: string, arg: number): Uint8Array<ArrayBuffer> => {
  const module = decoded(wasm)
  const spaces = new IndexSpaces(module)
  const target = sectionOf(module, "export")?.exports.find(({ name }) => name === exportName)
  if (target === undefined) throw new Error(`no export ${exportName}`)
  const { params, results } = spaces.typeOfFunc(target.index)
  const out = new Emitter([])
  for (const _ of params) out.constant("i32", arg)
  out.op("call", { a: target.index })
  for (const _ of results) out.op("drop")
  let made = changeSection(module, "type", (old) => ({
    kind: "type",
    groups: [
      ...(old?.groups ?? []),
      {
        rec: false,
        types: [{ form: "plain", supertypes: [], composite: { kind: "func", params: [], results: [] } }]
      }
    ]
  }))
  made = changeSection(made, "function", (old) => ({
    kind: "function",
    typeIndices: [...(old?.typeIndices ?? []), spaces.types.length]
  }))
  made = changeSection(made, "export", (old) => ({
    kind: "export",
    exports: [...(old?.exports ?? []), { name: "init", kind: "func", index: spaces.funcs.length }]
  }))
  made = changeSection(made, "code", (old) => ({
    kind: "code",
    bodies: [...(old?.bodies ?? []), out.op("end").body()]
  }))
  return encodeModule(made)
}
