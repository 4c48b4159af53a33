import {
  decodeCodeMetadata,
  encodeCodeMetadata,
  type FuncMetadata,
  isCodeMetadata
} from "../../wasm/CodeMetadata.ts"
import { Malformed } from "../../wasm/Malformed.ts"
import type { Module, Section } from "../../wasm/Module.ts"
import type { FunctionMaps } from "./FunctionMaps.ts"

/**
 * The module with its branch hints and other code metadata pointing at the same instructions as before.
 *
 * A section that cannot be read is left out: hints are advice, and wrong advice is worse than none. Offsets are
 * those of the metered body.
 */
export const moveCodeMetadata = (module: Module, maps: FunctionMaps): Module => {
  if (!module.sections.some((section) => section.kind === "custom" && isCodeMetadata(section))) return module
  return { ...module, sections: module.sections.flatMap((section) => move(section, maps)) }
}

const move = (section: Section, maps: FunctionMaps): ReadonlyArray<Section> => {
  if (section.kind !== "custom" || !isCodeMetadata(section)) return [section]
  const functions = decodeCodeMetadata(section)
  if (functions instanceof Malformed || !ascending(functions)) return []
  const moved = functions.map(({ funcIndex, entries }) => {
    const body = maps.bodyOf(funcIndex)
    const map = maps.mapOf(funcIndex)
    return {
      funcIndex,
      entries: entries.flatMap(({ offset, payload }) => {
        const metered = body === undefined ? undefined : map?.toMetered(body.offset + offset)
        return metered === undefined ? [] : [{ offset: metered, payload }]
      })
    }
  })
  return [encodeCodeMetadata(section.name, moved)]
}

/** The format wants each function once. A file that named one a million times had it rewritten a million times. */
const ascending = (functions: ReadonlyArray<FuncMetadata>): boolean =>
  functions.every(({ funcIndex }, i) => i === 0 || funcIndex > (functions[i - 1]?.funcIndex ?? 0))
