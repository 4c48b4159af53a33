import type { TableEvidence } from "../outcome/Evidence.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import type { Unsupported } from "../outcome/RefusedReason.ts"
import type { ElementSegment, Limits, Table } from "../wasm/Module.ts"
import { sectionOf } from "../wasm/sectionOf.ts"
import type { RefType, ValueType } from "../wasm/ValueType.ts"
import { highestOf } from "./CodeFacts.ts"
import { i32, i64, refFunc } from "./constants.ts"
import { placeSegments } from "./placeSegments.ts"
import { type Prepared, refuse } from "./prepareSnapshot.ts"

/**
 * A module's tables as they are now: the tables that its code can change, written from what they hold; the others as
 * they are, with their own initialisers and segments.
 *
 * What is written are functions of the module and nulls. Anything else in a table that can change is refused, because
 * no constant expression gives it back.
 */
export interface WrittenTables {
  readonly tables: ReadonlyArray<Table>
  readonly segments: ReadonlyArray<ElementSegment>
  /** Those that were written anew. */
  readonly written: ReadonlyArray<number>
}

export const writeTables = (
  { module, spaces, facts }: Prepared,
  captured: ReadonlyArray<TableEvidence> | Missing
): WrittenTables | Unsupported => {
  const old = sectionOf(module, "element")?.segments ?? []
  const tables = [...(sectionOf(module, "table")?.tables ?? [])]
  const written = [...facts.tablesChanged].sort((a, b) => a - b).filter((index) => index < tables.length)
  const made: Array<ElementSegment> = []
  for (const tableIndex of written) {
    const table = tables[tableIndex]
    const elements = readTable(tableIndex, captured, spaces.funcs.length)
    if (!(elements instanceof Int32Array)) return elements
    if (table === undefined) continue
    const { element, limits } = table.type
    const isNullable = typeof element !== "string" && element.nullable
    tables[tableIndex] = {
      type: { element, limits: { ...limits, min: BigInt(elements.length) } },
      // A null is what the elements start as that no segment sets; where there is none, every element is set.
      init: isNullable ? undefined : table.init
    }
    for (const segment of segmentsOf(tableIndex, element, limits, elements)) made.push(segment)
  }
  const isFree = ({ mode }: ElementSegment): boolean =>
    mode.kind === "active" && written.includes(mode.index ?? 0)
  const used = highestOf(facts.elemsRead, facts.elemsDropped)
  return { tables, written, segments: placeSegments(old, isFree, emptied, made, used) }
}

/** *Returns* what the table holds, in function indices, -1 for null. */
const readTable = (
  tableIndex: number,
  captured: ReadonlyArray<TableEvidence> | Missing,
  funcCount: number
): Int32Array | Unsupported => {
  const table = isMissing(captured) ? captured : captured[tableIndex]
  if (table === undefined) return refuse(`its table ${tableIndex} was not captured`)
  if (isMissing(table)) return refuse(`its tables could not be read: ${table.why}`)
  const { elements, length } = table
  if (isMissing(elements)) return refuse(`its table ${tableIndex} could not be read: ${elements.why}`)
  if (elements.length !== length)
    return refuse(
      `its code changes table ${tableIndex}, of whose ${length} elements ${elements.length} were read`
    )
  const other = elements.findIndex((funcIndex) => funcIndex < -1 || funcIndex >= funcCount)
  return other < 0
    ? elements
    : refuse(`its code changes table ${tableIndex}, whose element ${other} is no function of the module`)
}

const segmentsOf = (
  tableIndex: number,
  element: ValueType,
  limits: Limits,
  elements: Int32Array
): ReadonlyArray<ElementSegment> => {
  const segments: Array<ElementSegment> = []
  for (let start = 0; start < elements.length; ) {
    if (elements[start] === -1) {
      start++
      continue
    }
    let end = start + 1
    while (end < elements.length && elements[end] !== -1) end++
    const funcIndices = elements.subarray(start, end)
    const offset = limits.address === "i64" ? i64(BigInt(start)) : i32(start)
    segments.push({
      mode: { kind: "active", index: tableIndex === 0 ? undefined : tableIndex, offset },
      items: isFuncref(element)
        ? { kind: "funcs", funcIndices }
        : { kind: "exprs", type: element, exprs: Array.from(funcIndices, refFunc) }
    })
    start = end
  }
  return segments
}

const isFuncref = (type: ValueType): type is RefType => typeof type !== "string" && type.heap === "func"

const emptied = (segment: ElementSegment): ElementSegment => ({
  mode: segment.mode,
  items:
    segment.items.kind === "funcs" ? { ...segment.items, funcIndices: [] } : { ...segment.items, exprs: [] }
})
