import { BadArguments, type RefusedReason } from "../outcome/RefusedReason.ts"
import type { Export, Module } from "../wasm/Module.ts"
import { sectionOf } from "../wasm/sectionOf.ts"
import type { SnapshotExports } from "./Snapshot.ts"

/**
 * The exports of a snapshot: without the initialiser, which has run and is not to run again, and with new names where
 * some are asked for.
 *
 * All new names are given at once, so two exports can change theirs with each other.
 */
export const writeExports = (
  exports: ReadonlyArray<Export>,
  functionName: string,
  { keepInit = false, renameExports = NO_NAMES }: SnapshotExports
): ReadonlyArray<Export> => {
  const taken = new Set(renameExports.values())
  return exports
    .filter(({ name }) => keepInit || name !== functionName)
    .filter(({ name }) => renameExports.has(name) || !taken.has(name))
    .map((one) => ({ ...one, name: renameExports.get(one.name) ?? one.name }))
}

const NO_NAMES: ReadonlyMap<string, string> = new Map()

/** *Returns* why the exports cannot be as asked; a function that there is not is left to the firing to tell. */
export const planExports = (
  module: Module,
  functionName: string,
  { keepInit = false, renameExports = NO_NAMES }: SnapshotExports
): RefusedReason | undefined => {
  const names = new Set((sectionOf(module, "export")?.exports ?? []).map(({ name }) => name))
  const given = new Set<string>()
  for (const [from, to] of renameExports) {
    if (!names.has(from))
      return new BadArguments("renameExports", "the name of an export", JSON.stringify(from))
    if (from === functionName && !keepInit)
      return new BadArguments("renameExports", "an export that stays", JSON.stringify(from))
    if (given.has(to)) return new BadArguments("renameExports", "new names that differ", JSON.stringify(to))
    given.add(to)
  }
  return undefined
}
