import { BRANCH_HINTS } from "./CodeMetadata.ts"
import { InstructionReader } from "./InstructionReader.ts"
import type { Code, ExternType, Limits, Module, Section, SegmentMode, SubType, TableType } from "./Module.ts"
import { FEATURES, type Feature, OP, OPCODES } from "./Opcodes.ts"
import { usedRows } from "./usedRows.ts"
import type { StorageType } from "./ValueType.ts"

/**
 * Which proposals a module uses: for policies that refuse some, and for naming what an old engine lacks.
 *
 * It asks what is written, not what can be reached. *Fails* by throwing `Malformed` where code is no
 * instruction. *Cost*: a scan of the code; who scans it anyway marks the rows it sees and asks
 * {@link featuresOf}.
 */
export const usedFeatures = (module: Module): ReadonlySet<Feature> => featuresOf(module, usedRows(module))

/** As {@link usedFeatures}, given which rows of the opcode table the bodies use (1 for used). */
export const featuresOf = (module: Module, ops: Uint8Array): ReadonlySet<Feature> => {
  const used = new Set<Feature>(["mvp"])
  OPCODES.forEach(({ op, feature }) => {
    if (ops[op] === 1) used.add(feature)
  })
  let memories = 0
  let tables = 0
  for (const section of module.sections) {
    noteSection(used, section)
    if (section.kind === "memory") memories += section.memories.length
    if (section.kind === "table") tables += section.tables.length
    if (section.kind !== "import") continue
    memories += section.imports.filter((item) => item.type.kind === "memory").length
    tables += section.imports.filter((item) => item.type.kind === "table").length
  }
  if (memories > 1) used.add("multi-memory")
  if (tables > 1) used.add("reference-types")
  return new Set(FEATURES.filter((feature) => used.has(feature)))
}

const noteSection = (used: Set<Feature>, section: Section): void => {
  switch (section.kind) {
    case "custom":
      if (section.name === BRANCH_HINTS) used.add("branch-hints")
      break
    case "type":
      for (const group of section.groups) {
        if (group.rec) used.add("gc")
        for (const type of group.types) noteType(used, type)
      }
      break
    case "import":
      for (const item of section.imports) noteExtern(used, item.type)
      break
    case "table":
      for (const table of section.tables) {
        noteTable(used, table.type)
        if (table.init !== undefined) used.add("function-references")
        if (table.init !== undefined) noteConstExpr(used, table.init)
      }
      break
    case "memory":
      for (const limits of section.memories) noteLimits(used, limits, "memory64")
      break
    case "tag":
      if (section.typeIndices.length > 0) used.add("exceptions")
      break
    case "global":
      for (const global of section.globals) {
        noteValue(used, global.type.type)
        noteConstExpr(used, global.init)
      }
      break
    case "element":
      for (const { mode, items } of section.segments) {
        noteMode(used, mode)
        if (mode.kind === "declarative" || items.kind === "exprs") used.add("reference-types")
        if (items.kind !== "exprs") continue
        if (items.type !== undefined) noteValue(used, items.type)
        noteConstExprs(used, items.exprs)
      }
      break
    case "data":
      for (const { mode } of section.segments) noteMode(used, mode)
      break
    case "dataCount":
      used.add("bulk-memory")
      break
    case "code":
      for (const { locals } of section.bodies) for (const run of locals) noteValue(used, run.type)
      break
  }
}

const noteType = (used: Set<Feature>, { form, composite }: SubType): void => {
  if (form !== "plain" || composite.kind !== "func") used.add("gc")
  switch (composite.kind) {
    case "func":
      if (composite.results.length > 1) used.add("multi-value")
      for (const type of composite.params) noteValue(used, type)
      for (const type of composite.results) noteValue(used, type)
      break
    case "struct":
      for (const field of composite.fields) noteValue(used, field.storage)
      break
    case "array":
      noteValue(used, composite.element.storage)
  }
}

const noteValue = (used: Set<Feature>, type: StorageType): void => {
  if (typeof type === "string") {
    if (type === "v128") used.add("simd")
    return
  }
  used.add("reference-types")
  if (!type.short) used.add("function-references")
  if (type.heap === "exn" || type.heap === "noexn") used.add("exnref")
  else if (typeof type.heap === "string" && type.heap !== "func" && type.heap !== "extern") used.add("gc")
}

/** One proposal has 64-bit memories and tables, but engines had the memories first: V8 of Node 22 has only them. */
const noteLimits = (used: Set<Feature>, limits: Limits, wide: "memory64" | "table64"): void => {
  if (limits.shared) used.add("threads")
  if (limits.address === "i64") used.add(wide)
}

const noteTable = (used: Set<Feature>, { element, limits }: TableType): void => {
  const plain = typeof element === "object" && element.short && element.heap === "func"
  if (!plain) noteValue(used, element)
  noteLimits(used, limits, "table64")
}

const noteExtern = (used: Set<Feature>, type: ExternType): void => {
  switch (type.kind) {
    case "table":
      noteTable(used, type.table)
      break
    case "memory":
      noteLimits(used, type.limits, "memory64")
      break
    case "global":
      if (type.global.mutable) used.add("mutable-globals")
      noteValue(used, type.global.type)
      break
    case "tag":
      used.add("exceptions")
  }
}

const noteMode = (used: Set<Feature>, mode: SegmentMode): void => {
  if (mode.kind !== "active") used.add("bulk-memory")
  else noteConstExpr(used, mode.offset)
}

const ARITHMETIC: ReadonlySet<number> = new Set([
  OP["i32.add"],
  OP["i32.sub"],
  OP["i32.mul"],
  OP["i64.add"],
  OP["i64.sub"],
  OP["i64.mul"]
])

const noteConstExpr = (used: Set<Feature>, code: Code): void =>
  noteInstructions(used, new InstructionReader(code.bytes, code.start, code.end))

/** Ten million of them by one reader. */
const noteConstExprs = (used: Set<Feature>, exprs: ReadonlyArray<Code>): void => {
  const [first] = exprs
  if (first === undefined) return
  const reader = new InstructionReader(first.bytes)
  for (const code of exprs) {
    if (code.bytes !== reader.bytes) noteConstExpr(used, code)
    else {
      reader.reset(code.start, code.end)
      noteInstructions(used, reader)
    }
  }
}

const noteInstructions = (used: Set<Feature>, reader: InstructionReader): void => {
  while (reader.next()) {
    if (ARITHMETIC.has(reader.op)) used.add("extended-const")
    used.add(OPCODES[reader.op]?.feature ?? "mvp")
  }
}
