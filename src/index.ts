import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { FireOptions, ValidateOptions } from "../supervisors/FireOptions.ts"
import { InstanceManager, type InstanceManagerOptions } from "../supervisors/InstanceManager.ts"
import type { Pool, PoolCallOptions } from "../supervisors/pool/Pool.ts"
import type { PoolOptions } from "../supervisors/pool/PoolOptions.ts"
import type { Resident, ResidentOptions } from "../supervisors/Resident.ts"
import type { SnapshotOptions } from "../supervisors/snapshotModule.ts"
import { Audit } from "./audit/Audit.ts"
import { FuelMeter } from "./fuel/FuelMeter.ts"
import type { Crash } from "./outcome/Crash.ts"
import type { Refused } from "./outcome/Refused.ts"
import type { Returned } from "./outcome/Returned.ts"
import type { Value } from "./outcome/Value.ts"
import type { ModuleSummary } from "./runtime/ModuleSummary.ts"
import type { Snapshot } from "./snapshot/Snapshot.ts"

/**
 * Munition for Effect: a firing is an Effect that succeeds with what the guest returned and fails with a `Crash`,
 * which has the evidence, or a `Refused`, which never had an instance.
 *
 *     const program = Munition.fire(wasm, "infinite_loop", [], { fuel: "simple", timeout: "1s" }).pipe(
 *       Effect.map((returned) => returned.values),
 *       Effect.catchTag("Crash", (crash) => Effect.succeed(crash.reason)),
 *       Effect.provide(Munition.layer())
 *     )
 *     await Effect.runPromise(program) // => { _tag: "OutOfFuel", allocated: 10000, used: 10000 }
 */

/**
 * Runs one function of a module in an instance of its own, and lets everything go afterwards.
 *
 * *Returns* the values, as numbers, bigints (i64) or text (references), and what it consumed.
 * *Fails* with `Refused` before there is an instance (malformed, over a limit, denied, unknown function, bad
 * arguments, unsupported), with `Crash` when the instance failed; the crash's `forensics` make a dump.
 * *Interruption* stops the guest within a slice, about a millisecond; its evidence goes to `options.onCrash`.
 * *Cost*: about 0.3 ms for a small module that was fired before.
 */
const fire = (
  wasm: Uint8Array,
  functionName: string,
  args: ReadonlyArray<Value> = [],
  options: FireOptions = {}
): Effect.Effect<Returned, Crash | Refused, InstanceManager> =>
  InstanceManager.use((manager) => manager.fire(wasm, functionName, args, options))

/**
 * Checks a module without running it: that it is well-formed, within the bounds, that this engine takes it once
 * it is metered, that it exports what is required and imports nothing but what is allowed.
 *
 * *Returns* what it offers and wants. *Fails* with `Refused`, as a firing would.
 */
const validate = (
  wasm: Uint8Array,
  options: ValidateOptions = {}
): Effect.Effect<ModuleSummary, Refused, InstanceManager> =>
  InstanceManager.use((manager) => manager.validate(wasm, options))

/**
 * Makes an instance that stays and answers calls one at a time, each with fuel and time of its own.
 *
 * *Returns* the resident, which lives until the scope ends, it is asked to go, or a call of it fails; it is a child
 * that a {@link Supervisor} can start. *Fails* as a firing does, where it could not be made.
 * *Cost*: about 30 kB beside its memory's touched pages; a call takes about 0.2 ms.
 *
 *     const program = Effect.gen(function* () {
 *       const counter = yield* Munition.reside(wasm)
 *       yield* counter.call("increment")
 *       return (yield* counter.call("increment")).values
 *     })
 *     await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(Munition.layer()))) // => [2]
 */
const reside = (
  wasm: Uint8Array,
  options: ResidentOptions = {}
): Effect.Effect<Resident, Crash | Refused, InstanceManager | Scope.Scope> =>
  InstanceManager.use((manager) => manager.reside(wasm, options))

/**
 * Makes a pool of instances of one module: its firings are those of {@link fire}, outcome, fuel and memory to the unit,
 * at the price of a call, because a used instance is put back to its first state instead of being made anew.
 *
 * *Returns* the pool, which lives until the scope ends or it is asked to go; it is a child that a {@link Supervisor} can
 * start. *Fails* with `Refused` where the module cannot be fired. A firing is refused as `PoolSaturated` when as many
 * wait as may, or when it has waited for as long as it may.
 * *Cost*: see `npm run bench:pool`.
 *
 *     const program = Effect.gen(function* () {
 *       const pool = yield* Munition.makePool(wasm, { inline: true, fuel: "trivial" })
 *       const { values } = yield* Munition.firePooled(pool, "add", [1, 2])
 *       const all = yield* pool.fireAll([{ functionName: "add", args: [3, 4] }, { functionName: "add", args: [5, 6] }])
 *       return [values, ...all.map((one) => (one._tag === "Returned" ? one.values : one._tag))]
 *     })
 *     await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(Munition.layer()))) // => [[3], [7], [11]]
 */
const makePool = (
  wasm: Uint8Array,
  options: PoolOptions = {}
): Effect.Effect<Pool, Refused, InstanceManager | Scope.Scope> =>
  InstanceManager.use((manager) => manager.makePool(wasm, options))

/** Fires one of a pool's instances: `pool.fire`. */
const firePooled = (
  pool: Pool,
  functionName: string,
  args: ReadonlyArray<Value> = [],
  options: PoolCallOptions = {}
): Effect.Effect<Returned, Crash | Refused> => pool.fire(functionName, args, options)

/**
 * Runs a function once, under the meter and the bounds of any firing, and writes the module that starts where it ended:
 * an initialiser that need not run again.
 *
 * *Returns* the new module's bytes, a report of what is in it, and what the firing consumed. The same module, options
 * and host answers give the same bytes; the answers themselves are part of them, and the report names who gave some.
 * *Fails* as a firing does, and with `Refused` (`Unsupported`) where state cannot be written down: objects, external
 * references, segments that may have been dropped, shared memory.
 * *Cost*: beside the firing, on the caller's thread, a second for each 30 to 100 MB of code, which is read, and for each
 * 500 MB of memory, which is looked through.
 *
 *     const program = Munition.snapshot(wasm, "increment", { keepInit: true }).pipe(
 *       Effect.flatMap(({ bytes }) => Munition.fire(bytes, "increment")),
 *       Effect.map((returned) => returned.values)
 *     )
 *     await Effect.runPromise(Effect.provide(program, Munition.layer())) // => [2]
 */
const snapshot = (
  wasm: Uint8Array,
  functionName: string,
  options: SnapshotOptions = {}
): Effect.Effect<Snapshot, Crash | Refused, InstanceManager> =>
  InstanceManager.use((manager) => manager.snapshot(wasm, functionName, options))

/** All of Munition, with an audit that keeps nothing; `FuelMeter` comes along, to be asked what was consumed. */
const layer = (options: InstanceManagerOptions = {}): Layer.Layer<InstanceManager | FuelMeter> =>
  layerAudited(options).pipe(Layer.provide(Audit.layer))

/** All of Munition, telling an audit of the caller's own of each step and each refusal. */
const layerAudited = (
  options: InstanceManagerOptions = {}
): Layer.Layer<InstanceManager | FuelMeter, never, Audit> =>
  InstanceManager.layer(options).pipe(Layer.provideMerge(FuelMeter.layer))

/** What an application calls: firing, one by one and pooled, residing, validating, taking snapshots, and the layers. */
export const Munition = {
  fire,
  firePooled,
  makePool,
  reside,
  snapshot,
  validate,
  layer,
  layerAudited
} as const

export type { FireOptions, ValidateOptions } from "../supervisors/FireOptions.ts"
export { InstanceManager, type InstanceManagerOptions } from "../supervisors/InstanceManager.ts"
export { type Child, childOf, IGNORE, type Start } from "../supervisors/otp/Child.ts"
export type { ChildRules, ChildSpec, ChildType, RestartType, Shutdown } from "../supervisors/otp/ChildSpec.ts"
export {
  describeExitReason,
  ExitCrash,
  ExitKilled,
  ExitNormal,
  type ExitReason,
  ExitShutdown,
  ExitShutdownWith,
  exitReasonOf
} from "../supervisors/otp/ExitReason.ts"
export {
  makeSimpleSupervisor,
  type SimpleSpec,
  type SimpleSupervisor
} from "../supervisors/otp/SimpleSupervisor.ts"
export { describeRefusal, type FlagsRefusal, type SpecRefusal } from "../supervisors/otp/SpecRefusal.ts"
export { SupervisorName } from "../supervisors/otp/SupervisedChild.ts"
export {
  type ChildCounts,
  type StartError,
  Supervisor,
  type SupervisorService,
  type WhichChild
} from "../supervisors/otp/Supervisor.ts"
export * from "../supervisors/otp/SupervisorError.ts"
export type { AutoShutdown, Strategy, SupervisorFlags } from "../supervisors/otp/SupervisorFlags.ts"
export type { Outcome, Pool, PoolCall, PoolCallOptions, PoolLoad } from "../supervisors/pool/Pool.ts"
export type { PoolOptions } from "../supervisors/pool/PoolOptions.ts"
export type { CallOptions, Resident, ResidentOptions } from "../supervisors/Resident.ts"
export { ResidentEnded } from "../supervisors/ResidentEnded.ts"
export type { SnapshotOptions } from "../supervisors/snapshotModule.ts"
export { Audit, AuditTrail } from "./audit/Audit.ts"
export type { AuditEntry, AuditEvent, AuditTransition } from "./audit/AuditEvent.ts"
export { AuditLog, type AuditLogState } from "./audit/AuditLog.ts"
export { AuditLogBroken } from "./audit/AuditLogBroken.ts"
export type { AuditLogEvent, AuditMark } from "./audit/AuditLogEvent.ts"
export { AuditLogFailed } from "./audit/AuditLogFailed.ts"
export { AUDIT_LOG_DEFAULT, type AuditLogOptions } from "./audit/AuditLogOptions.ts"
export { readAuditLog } from "./audit/readAuditLog.ts"
export { type AuditLife, type AuditPath, readAuditPath } from "./audit/readAuditPath.ts"
export { type AuditSummary, summarizeAuditLog } from "./audit/summarizeAuditLog.ts"
export { type AuditLogHolds, verifyAuditLog } from "./audit/verifyAuditLog.ts"
export { type Analyser, analyse, analyserOf } from "./forensics/Analyser.ts"
export { BadDump } from "./forensics/BadDump.ts"
export type { Dump } from "./forensics/Dump.ts"
export { decodeDump } from "./forensics/decodeDump.ts"
export { describeDump } from "./forensics/describeDump.ts"
export { dumpToJson } from "./forensics/dumpToJson.ts"
export { encodeDump } from "./forensics/encodeDump.ts"
export { type Consumption, FuelMeter } from "./fuel/FuelMeter.ts"
export { FUEL_DEFAULT, FUEL_LEVELS, type FuelCeiling, type FuelLevel } from "./fuel/FuelPolicy.ts"
export { CAPABILITIES } from "./host/Capability.ts"
export type { Grant } from "./host/Grant.ts"
export type { HostContext } from "./host/HostContext.ts"
export type { HostValue, HostValueType } from "./host/HostDeclaration.ts"
export { type HostFunction, localFunction, type RemoteCall, remoteFunction } from "./host/HostFunction.ts"
export { Crash, type Forensics } from "./outcome/Crash.ts"
export * from "./outcome/CrashReason.ts"
export type * from "./outcome/Evidence.ts"
export type { LifecycleEvent, LifecycleState } from "./outcome/Lifecycle.ts"
export { isMissing, Missing } from "./outcome/Missing.ts"
export { Refused } from "./outcome/Refused.ts"
export {
  BadArguments,
  CapabilityDenied,
  LimitExceeded,
  Malformed,
  PoolSaturated,
  type RefusedReason,
  UnknownFunction,
  Unsupported
} from "./outcome/RefusedReason.ts"
export { type Metadata, Returned } from "./outcome/Returned.ts"
export { showValue, type TypedValue, type Value } from "./outcome/Value.ts"
export type { ModuleSummary } from "./runtime/ModuleSummary.ts"
export { RUN_POLICY_DEFAULT, RUN_POLICY_MAX, type RunPolicy } from "./runtime/RunPolicy.ts"
export type { FrozenImport, Snapshot, SnapshotReport } from "./snapshot/Snapshot.ts"
