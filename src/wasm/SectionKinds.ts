import type { SectionKind } from "./Module.ts"

/**
 * The sections that a module can have besides custom ones, in the order in which the format wants them.
 *
 * The ids are not in that order: tag and data count came later and were put where one pass needs them.
 * *Source*: WebAssembly 3.0, section 5.5.
 */
export const SECTION_KINDS: ReadonlyArray<{
  readonly id: number
  readonly kind: Exclude<SectionKind, "custom" | "serialized">
}> = [
  { id: 1, kind: "type" },
  { id: 2, kind: "import" },
  { id: 3, kind: "function" },
  { id: 4, kind: "table" },
  { id: 5, kind: "memory" },
  { id: 13, kind: "tag" },
  { id: 6, kind: "global" },
  { id: 7, kind: "export" },
  { id: 8, kind: "start" },
  { id: 9, kind: "element" },
  { id: 12, kind: "dataCount" },
  { id: 10, kind: "code" },
  { id: 11, kind: "data" }
]

/** The kinds of what can be imported and exported, at the number that stands for each. */
export const EXTERN_KINDS = ["func", "table", "memory", "global", "tag"] as const
