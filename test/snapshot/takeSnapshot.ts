import { createHash } from "node:crypto"
import { Account } from "../../src/fuel/Account.ts"
import { LimitExceeded, type RefusedReason } from "../../src/outcome/RefusedReason.ts"
import type { FiringReport } from "../../src/runtime/Firing.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { runFiring } from "../../src/runtime/worker/runFiring.ts"
import { prepareSnapshot } from "../../src/snapshot/prepareSnapshot.ts"
import type { CapturedState, SnapshotExports, SnapshotReport } from "../../src/snapshot/Snapshot.ts"
import { type SnapshotBounds, writeSnapshot } from "../../src/snapshot/writeSnapshot.ts"
import { parseWat } from "../guests/wat.ts"
import { requestFor, servicesHere, v8Engine } from "../runtime/fireHere.ts"

/** A snapshot taken on this thread, with all that went into it. */
export interface Taken {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly report: SnapshotReport
  readonly state: CapturedState
}

export interface TakeOptions extends SnapshotExports {
  readonly bounds?: Partial<SnapshotBounds>
  readonly grants?: ReadonlyArray<string>
  /** Changes what was captured before it is written: how a law is shown that it can break. */
  readonly spoil?: (state: CapturedState) => CapturedState
}

/** *Returns* the reason of a refusal, or the report of a firing that did not return. */
export const take = (
  wasm: Uint8Array | string,
  functionName = "init",
  { bounds = {}, grants = [], spoil = (state) => state, ...exports }: TakeOptions = {}
): Taken | RefusedReason | FiringReport => {
  const bytes = typeof wasm === "string" ? parseWat("guest", wasm) : wasm
  const prepared = prepareSnapshot(bytes, functionName, exports)
  if ("_tag" in prepared) return prepared
  const request = requestFor(bytes, { functionName, grants, fuel: 10_000_000 })
  const report = runFiring({ ...request, goal: "snapshot" }, servicesHere().services)
  if (report.kind !== "returned" || report.state === undefined) return report
  const written = writeSnapshot(prepared, spoil(report.state), {
    moduleBytesMax: RUN_POLICY_DEFAULT.moduleBytesMax,
    itemsMax: RUN_POLICY_DEFAULT.itemsMax,
    ...bounds
  })
  return "_tag" in written ? written : { ...written, state: report.state }
}

/** A snapshot that there must be. */
export const taken = (wasm: Uint8Array | string, functionName?: string, options?: TakeOptions): Taken => {
  const one = take(wasm, functionName, options)
  if ("state" in one && "report" in one) return one
  throw new Error("reason" in one ? JSON.stringify(one.reason) : JSON.stringify(one))
}

/** The sentence with which a snapshot is refused; a limit by its name. */
export const refusal = (wasm: Uint8Array | string, functionName?: string, options?: TakeOptions): string => {
  const one = take(wasm, functionName, options)
  if ("detail" in one) return one.detail
  if (one instanceof LimitExceeded) return `${one.limit} ${one.value}`
  if ("_tag" in one) return one._tag
  throw new Error("there is a snapshot")
}

/** The state of a module's instance when it has been made and its start function has run, as a snapshot's. */
export const freshState = (bytes: Uint8Array): Omit<CapturedState, "journal"> => {
  const compiled = v8Engine.compile(bytes, RUN_POLICY_DEFAULT)
  if ("_tag" in compiled) throw new Error(JSON.stringify(compiled))
  const account = new Account({
    allocated: 10_000_000,
    deadlineMs: performance.now() + 10_000,
    now: () => performance.now(),
    isCancelled: () => false
  })
  const caller = { fault: undefined, call: () => undefined }
  const instance = v8Engine.instantiate(compiled, { account, links: [], caller, policy: RUN_POLICY_DEFAULT })
  instance.start()
  return instance.capture()
}

/** All of a state as text, memories by their hash. */
export const stateText = ({ memories, globals, tables }: Omit<CapturedState, "journal">): string =>
  JSON.stringify([
    Array.isArray(memories)
      ? memories.map(({ pages, bytes }) => [pages, createHash("sha256").update(bytes).digest("hex")])
      : memories,
    globals,
    Array.isArray(tables) ? tables.map((table) => ({ ...table, elements: [...table.elements] })) : tables
  ])
