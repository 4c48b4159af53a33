import * as Effect from "effect/Effect"
import type { Crash } from "../src/outcome/Crash.ts"
import type { Refused } from "../src/outcome/Refused.ts"
import { BadArguments, LimitExceeded, type RefusedReason } from "../src/outcome/RefusedReason.ts"
import type { Returned } from "../src/outcome/Returned.ts"
import { prepareSnapshot } from "../src/snapshot/prepareSnapshot.ts"
import type { CapturedState, Snapshot, SnapshotExports } from "../src/snapshot/Snapshot.ts"
import { writeSnapshot } from "../src/snapshot/writeSnapshot.ts"
import { type FireOptions, makeRunPolicy } from "./FireOptions.ts"

/** What a caller may say of a snapshot: of the firing that it is taken of, and of what it shall export. */
export interface SnapshotOptions extends FireOptions, SnapshotExports {}

/** A firing that returned, and the state that it returned in, where that was its goal. */
export interface Fired {
  readonly returned: Returned
  readonly state: CapturedState | undefined
}

/**
 * Fires an initialiser and writes the module that starts where it ended.
 *
 * What cannot be written is refused before anything runs wherever the module alone tells it; what only the state
 * tells is refused afterwards, when the firing has been audited and paid for.
 */
export const snapshotModule = (
  wasm: Uint8Array,
  functionName: string,
  options: SnapshotOptions,
  fire: (bytes: Uint8Array) => Effect.Effect<Fired, Crash | Refused>,
  refuse: (reason: RefusedReason) => Effect.Effect<never, Refused>
): Effect.Effect<Snapshot, Crash | Refused> =>
  Effect.suspend(() => {
    const policy = checkExports(options) ?? makeRunPolicy(options)
    if ("_tag" in policy) return refuse(policy)
    if (wasm.length > policy.moduleBytesMax)
      return refuse(new LimitExceeded("moduleBytesMax", policy.moduleBytesMax, wasm.length))
    // What is fired and what is written must be the same, whatever the caller does to its buffer meanwhile.
    const bytes = new Uint8Array(wasm)
    const prepared = prepareSnapshot(bytes, functionName, options)
    if ("_tag" in prepared) return refuse(prepared)
    return Effect.flatMap(fire(bytes), ({ returned, state }) => {
      if (state === undefined)
        return Effect.die(new Error("a firing for a snapshot told nothing of its state"))
      const written = writeSnapshot(prepared, state, policy)
      return "_tag" in written ? refuse(written) : Effect.succeed({ ...written, metadata: returned.metadata })
    })
  })

const checkExports = ({ keepInit, renameExports }: SnapshotExports): BadArguments | undefined => {
  if (keepInit !== undefined && typeof keepInit !== "boolean")
    return new BadArguments("keepInit", "a boolean", typeof keepInit)
  if (renameExports === undefined) return undefined
  return renameExports instanceof Map &&
    [...renameExports].flat().every((name: unknown) => typeof name === "string")
    ? undefined
    : new BadArguments("renameExports", "a Map from names to names", typeof renameExports)
}
