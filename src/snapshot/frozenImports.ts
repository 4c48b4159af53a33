import type { JournalEvidence } from "../outcome/Evidence.ts"
import type { FrozenImport } from "./Snapshot.ts"

/** The imports whose answers a snapshot repeats for ever: those that gave a value or wrote into memory. */
export const frozenImports = ({
  entries,
  dropped
}: JournalEvidence): { readonly frozen: ReadonlyArray<FrozenImport>; readonly answersNotKept: number } => {
  const frozen = new Map<string, FrozenImport>()
  for (const { module, name, results, writes } of entries) {
    if (results.length === 0 && writes.length === 0) continue
    const key = JSON.stringify([module, name])
    frozen.set(key, { module, name, calls: (frozen.get(key)?.calls ?? 0) + 1 })
  }
  return { frozen: [...frozen.values()], answersNotKept: dropped }
}
