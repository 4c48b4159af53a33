import * as Result from "effect/Result"
import type { Forensics } from "../outcome/Crash.ts"
import { describeCrashReason } from "../outcome/CrashReason.ts"
import type { FuelEvidence, MemoryEvidence, TableEvidence } from "../outcome/Evidence.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import { describeStack } from "./describeStack.ts"
import { memoryStatistics } from "./memoryStatistics.ts"
import { showText } from "./showText.ts"

/** The most globals, tables, memories, lifecycle steps or answers that are listed of one kind. */
export const SHOWN_ENTRIES_MAX = 50

/**
 * A crash as a page of text for a person: what `munition inspect` prints.
 *
 * Deterministic: the same evidence gives the same text. What is missing says why in its place. The guest's
 * own texts are made harmless for a terminal, and long lists are cut with a count of what is left out.
 */
export const describeDump = (dump: Forensics): string =>
  [
    showText(describeCrashReason(dump.reason)),
    "",
    row("function", showText(dump.functionName)),
    row("arguments", `sha256 ${showText(dump.argumentsDigest)}`),
    row("module", `sha256 ${showText(dump.moduleHash)}`),
    row("engine", showText(dump.engine)),
    row("versions", describeVersions(dump.versions)),
    row("nan", dump.nan === "canonical" ? "canonical" : "engine (bits of a NaN may differ in another run)"),
    row("prices", dump.prices),
    row("fuel", describeFuel(dump.fuel)),
    ...group(
      "lifecycle",
      dump.lifecycle,
      (e) => `${micros(e.atMicros)}  ${e.state.padEnd(12)}  ${showText(e.event)}`
    ),
    ...(isMissing(dump.stack)
      ? group("stack", dump.stack, showText)
      : ["", "stack", ...indent(dump.stack.length === 0 ? ["none"] : describeStack(dump.stack))]),
    ...group("memories", dump.memories, describeMemory),
    ...group("mutable globals", dump.globals, (global) => {
      const value = isMissing(global.value) ? missing(global.value) : showText(global.value)
      return `global[${global.globalIndex}]  ${showText(global.type)}  ${value}`
    }),
    ...group("tables", dump.tables, describeTable),
    ...group("journal", dump.journal.entries, (entry) => {
      const written = entry.writes.reduce((sum, write) => sum + write.bytes.byteLength, 0)
      const writes = written === 0 ? "" : `, wrote ${written} bytes`
      const results = showText(entry.results.join(", "))
      return `${showText(entry.module)}.${showText(entry.name)} -> (${results})${writes}`
    }),
    ...(dump.journal.dropped > 0 ? [`  and ${dump.journal.dropped} later answers that were not kept`] : []),
    ""
  ].join("\n")

const row = (name: string, value: string): string => `${name.padEnd(10)} ${value}`

const indent = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map((line) => `  ${line}`)

const missing = (evidence: Missing): string => `missing: ${showText(evidence.why)}`

const group = <A>(
  title: string,
  entries: ReadonlyArray<A> | Missing,
  describe: (entry: A) => string
): ReadonlyArray<string> => {
  if (isMissing(entries)) return ["", title, `  ${missing(entries)}`]
  const lines = entries.slice(0, SHOWN_ENTRIES_MAX).map(describe)
  const rest = entries.length - lines.length
  return [
    "",
    title,
    ...indent(rest > 0 ? [...lines, `… and ${rest} more`] : lines.length > 0 ? lines : ["none"])
  ]
}

const describeVersions = (versions: Readonly<Record<string, string>>): string =>
  Object.keys(versions)
    .sort()
    .slice(0, SHOWN_ENTRIES_MAX)
    .map((name) => `${showText(name)} ${showText(versions[name] ?? "")}`)
    .join(", ") || "none"

const describeFuel = (fuel: FuelEvidence): string =>
  `${fuel.exactness === "exact" ? "" : "at most "}${fuel.used} of ${fuel.allocated} used, ${fuel.remaining} remaining` +
  (fuel.why === undefined ? "" : ` (a bound: ${showText(fuel.why)})`)

const micros = (atMicros: number): string => `${atMicros.toFixed(0).padStart(10)} us`

const describeMemory = (memory: MemoryEvidence): string => {
  const size = `memory[${memory.memoryIndex}]  ${memory.pages} pages of ${memory.pageBytes} bytes`
  if (isMissing(memory.bytes)) return `${size}, ${missing(memory.bytes)}`
  const statistics = memoryStatistics(memory.bytes)
  if (Result.isFailure(statistics)) return size
  const { zeroBytes, byteLength, firstNonZero, lastNonZero, entropyBits } = statistics.success
  if (firstNonZero === undefined || lastNonZero === undefined) return `${size}, all zero`
  const span = `0x${firstNonZero.toString(16)}..0x${lastNonZero.toString(16)}`
  return `${size}, ${byteLength - zeroBytes} bytes not zero within ${span}, entropy ${entropyBits.toFixed(2)} bits a byte`
}

const describeTable = (table: TableEvidence): string => {
  const size = `table[${table.tableIndex}]  ${showText(table.type)}  ${table.length} entries`
  if (isMissing(table.elements)) return `${size}, ${missing(table.elements)}`
  const functions = table.elements.reduce((count, element) => (element >= 0 ? count + 1 : count), 0)
  const nulls = table.elements.reduce((count, element) => (element === -1 ? count + 1 : count), 0)
  const others = table.elements.length - functions - nulls
  const unread = Math.max(0, table.length - table.elements.length)
  return (
    `${size}: ${functions} functions, ${nulls} null` +
    `${others > 0 ? `, ${others} not of this module` : ""}${unread > 0 ? `, ${unread} not read` : ""}`
  )
}
