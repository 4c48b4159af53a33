import { attempt, Malformed } from "./Malformed.ts"
import type { Module } from "./Module.ts"
import { DEFINITIONS_MAX, SectionReader } from "./SectionReader.ts"

/**
 * The names that a toolchain left for people, from the `name` section; they mean nothing to the module.
 *
 * A section that cannot be read gives no names and no error: strippers and obfuscators leave such, and a guest
 * must not become unloadable through it. The names are the guest's: they may repeat, mislead and be very long.
 * *Source*: WebAssembly 3.0, appendix "Custom Sections".
 */
export interface Names {
  readonly module: string | undefined
  readonly functions: NameMap
  readonly types: NameMap
  readonly tables: NameMap
  readonly memories: NameMap
  readonly globals: NameMap
  readonly elements: NameMap
  readonly data: NameMap
  readonly tags: NameMap
}

export type NameMap = ReadonlyMap<number, string>

/** Reads the module's names. *Cost*: up to a microsecond a name: ask once. */
export const readNames = (module: Module): Names =>
  readNameSection(module, NO_NAMES, (reader, id, names) => {
    const map = MAPS.get(id)
    if (id === 0) return { ...names, module: reader.name() }
    return map === undefined ? names : { ...names, [map]: readMap(reader) }
  })

/** Reads the names of one function's parameters and locals; there can be millions in all, so one at a time. */
export const readLocalNames = (module: Module, funcIndex: number): NameMap =>
  readNameSection(module, NONE, (reader, id, names) => (id === LOCALS ? findMap(reader, funcIndex) : names))

const LOCALS = 2

const NONE: NameMap = new Map()

const NO_NAMES: Names = {
  module: undefined,
  functions: NONE,
  types: NONE,
  tables: NONE,
  memories: NONE,
  globals: NONE,
  elements: NONE,
  data: NONE,
  tags: NONE
}

/** The subsections that hold one map from index to name. */
const MAPS: ReadonlyMap<number, Exclude<keyof Names, "module">> = new Map([
  [1, "functions"],
  [4, "types"],
  [5, "tables"],
  [6, "memories"],
  [7, "globals"],
  [8, "elements"],
  [9, "data"],
  [11, "tags"]
])

/** Folds the subsections; the reader ends where the subsection does. */
const readNameSection = <A>(
  module: Module,
  none: A,
  read: (reader: SectionReader, id: number, names: A) => A
): A => {
  const section = module.sections.find((s) => s.kind === "custom" && s.name === "name")
  if (section?.kind !== "custom") return none
  const names = attempt(() => {
    const { payload } = section
    const reader = new SectionReader(payload)
    let found = none
    while (reader.at < payload.length) {
      const id = reader.u8()
      const size = reader.u32()
      const start = reader.at
      reader.skip(size)
      const end = reader.at
      reader.at = start
      reader.end = end
      found = read(reader, id, found)
      reader.at = end
      reader.end = payload.length
    }
    return found
  })
  return names instanceof Malformed ? none : names
}

const readMap = (reader: SectionReader): NameMap => {
  const count = reader.count("names", DEFINITIONS_MAX)
  if (count === 0) return NONE
  const map = new Map<number, string>()
  for (let left = count; left > 0; left--) {
    const index = reader.u32()
    map.set(index, reader.name())
  }
  return map
}

const findMap = (reader: SectionReader, wanted: number): NameMap => {
  for (let left = reader.count("name maps", DEFINITIONS_MAX); left > 0; left--) {
    if (reader.u32() === wanted) return readMap(reader)
    for (let names = reader.count("names", DEFINITIONS_MAX); names > 0; names--) {
      reader.u32()
      reader.skip(reader.u32())
    }
  }
  return NONE
}
