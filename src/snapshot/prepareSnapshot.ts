import { Malformed as MalformedModule, type RefusedReason, Unsupported } from "../outcome/RefusedReason.ts"
import { decodeModule } from "../wasm/decodeModule.ts"
import { IndexSpaces } from "../wasm/IndexSpaces.ts"
import { attempt, Malformed } from "../wasm/Malformed.ts"
import type { Code, ElementSegment, Module } from "../wasm/Module.ts"
import { sectionOf } from "../wasm/sectionOf.ts"
import { type CodeFacts, findCodeFacts, makesObject } from "./CodeFacts.ts"
import type { SnapshotExports } from "./Snapshot.ts"
import { planExports } from "./writeExports.ts"

/**
 * Whether a module's state can be written down once it has run: found out before it runs.
 *
 * Refused is what would have to be guessed. That a passive segment was dropped cannot be seen from outside, so a
 * module that drops one which it also reads is refused; so is one that can change objects which constant expressions
 * make, because what is in them cannot be read; so is memory that others write to.
 */
export interface Prepared {
  readonly module: Module
  readonly spaces: IndexSpaces
  readonly facts: CodeFacts
  readonly functionName: string
  readonly exports: SnapshotExports
}

export const prepareSnapshot = (
  bytes: Uint8Array,
  functionName: string,
  exports: SnapshotExports
): Prepared | RefusedReason => {
  const prepared = attempt(() => {
    const module = decodeModule(bytes)
    if (module instanceof Malformed) return module
    const facts = findCodeFacts(module)
    const spaces = new IndexSpaces(module)
    return (
      unwritable(module, spaces, facts) ??
      planExports(module, functionName, exports) ?? { module, spaces, facts, functionName, exports }
    )
  })
  return prepared instanceof Malformed ? new MalformedModule(prepared.what, prepared.offset) : prepared
}

/** A refusal that says what it is that a snapshot cannot hold. */
export const refuse = (why: string): Unsupported => new Unsupported("a snapshot of this module", why)

const unwritable = (module: Module, spaces: IndexSpaces, facts: CodeFacts): Unsupported | undefined => {
  const { imported } = spaces
  for (const [what, [first]] of [
    ["memory", imported.memories],
    ["table", imported.tables],
    ["global", imported.globals]
  ] as const)
    if (first !== undefined) return refuse(`its ${what} ${first.module}.${first.name} is imported`)
  const shared = spaces.memories.findIndex((memory) => memory.shared)
  if (shared >= 0) return refuse(`its memory ${shared} is shared`)

  const data = sectionOf(module, "data")?.segments ?? []
  for (const index of facts.dataDropped) {
    const segment = data[index]
    // An active one is dropped from the start, and of an empty one nothing can be missed.
    if (segment?.mode.kind === "passive" && segment.init.length > 0 && facts.dataRead.has(index))
      return refuse(`its code drops data segment ${index}, and whether it did cannot be seen`)
  }
  const elements = sectionOf(module, "element")?.segments ?? []
  for (const index of facts.elemsDropped) {
    const segment = elements[index]
    if (segment?.mode.kind === "passive" && itemCount(segment) > 0 && facts.elemsRead.has(index))
      return refuse(`its code drops element segment ${index}, and whether it did cannot be seen`)
  }
  return facts.changesObjects && constantsOf(module).some(makesObject)
    ? refuse("its constant expressions make objects, and its code changes objects")
    : undefined
}

const itemCount = ({ items }: ElementSegment): number =>
  items.kind === "funcs" ? items.funcIndices.length : items.exprs.length

const constantsOf = (module: Module): ReadonlyArray<Code> => [
  ...(sectionOf(module, "global")?.globals ?? []).map(({ init }) => init),
  ...(sectionOf(module, "table")?.tables ?? []).flatMap(({ init }) => init ?? []),
  ...(sectionOf(module, "element")?.segments ?? []).flatMap(({ items }) =>
    items.kind === "exprs" ? items.exprs : []
  )
]
