import { FunctionMaps } from "../fuel/meter/FunctionMaps.ts"
import { WASMTIME_PRICES } from "../fuel/PriceTable.ts"
import {
  Cancelled,
  type CodeLocation,
  type CrashReason,
  EngineLost,
  GuestException,
  HostFailed,
  OutOfFuel,
  OutOfMemory,
  OutOfStack,
  TimedOut,
  Trapped
} from "../outcome/CrashReason.ts"
import type { StackFrame } from "../outcome/Evidence.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import { decodeModule } from "../wasm/decodeModule.ts"
import { InstructionReader } from "../wasm/InstructionReader.ts"
import { attempt, Malformed } from "../wasm/Malformed.ts"
import type { Module } from "../wasm/Module.ts"
import { readNames } from "../wasm/Names.ts"
import { type Mnemonic, OPCODES } from "../wasm/Opcodes.ts"
import { sectionOf } from "../wasm/sectionOf.ts"
import type { Compiled } from "./Compiled.ts"
import type { FailedReport, FailureCause, FiringRequest, RawFrame } from "./Firing.ts"
import { trapKind } from "./trapKinds.ts"

/**
 * A failure as its author can read it: a reason of the closed list, and frames in the module that he wrote.
 *
 * Done on the caller's side, because it needs the guest's own bytes: the names, and the map from metered offsets
 * to original ones, which is made by rewriting just the functions on the stack once more.
 */
export interface Explained {
  readonly reason: CrashReason
  readonly stack: ReadonlyArray<StackFrame> | Missing
}

export const explainFailure = (
  report: FailedReport,
  request: Pick<FiringRequest, "fuel" | "timeoutMs" | "policy">,
  compiled: Compiled | undefined,
  bytes: Uint8Array
): Explained => {
  const { cause, frames } = report.failure
  const module = decodeModule(bytes)
  if (compiled === undefined || module instanceof Malformed || isMissing(frames))
    return {
      reason: reasonOf(cause, report, request, undefined, undefined),
      stack: isMissing(frames) ? frames : []
    }
  const maps = new FunctionMaps(module, compiled.plan, {
    prices: WASMTIME_PRICES,
    nan: request.policy.nan
  })
  const nameOf = namesOf(module)
  const stack = frames.map((frame): StackFrame => {
    const codeOffset = originalOffset(frame, maps, compiled)
    return { funcIndex: frame.funcIndex, name: nameOf(frame.funcIndex), codeOffset }
  })
  const [top] = stack
  const at = top === undefined ? undefined : { funcIndex: top.funcIndex, codeOffset: top.codeOffset }
  return { reason: reasonOf(cause, report, request, at, mnemonicAt(module, at, maps)), stack }
}

const reasonOf = (
  cause: FailureCause,
  report: FailedReport,
  request: Pick<FiringRequest, "fuel" | "timeoutMs" | "policy">,
  at: CodeLocation | undefined,
  mnemonic: Mnemonic | undefined
): CrashReason => {
  switch (cause.kind) {
    case "fuel":
      return new OutOfFuel(report.fuel.allocated, report.fuel.used)
    case "deadline":
      return new TimedOut(request.timeoutMs)
    case "cancelled":
      return new Cancelled("the caller")
    case "stack":
      return new OutOfStack(request.policy.stackSlotsMax)
    case "objects":
      return new OutOfMemory(request.policy.objectBytesMax)
    case "host":
      return new HostFailed(cause.module, cause.name, cause.what)
    case "exception":
      return new GuestException(cause.tagIndex, cause.payload)
    case "trap":
      return new Trapped(trapKind(cause.message, mnemonic), at, cause.message)
    case "engine":
      return new EngineLost(cause.what)
  }
}

const originalOffset = (frame: RawFrame, maps: FunctionMaps, { plan }: Compiled): number | undefined => {
  const imported = plan.guestFuncs - plan.bodyOffsets.length
  const bodyOffset = plan.bodyOffsets[frame.funcIndex - imported]
  if (bodyOffset === undefined) return undefined
  return maps.mapOf(frame.funcIndex)?.toOriginal(frame.meteredOffset - bodyOffset)
}

const mnemonicAt = (
  module: Module,
  at: CodeLocation | undefined,
  maps: FunctionMaps
): Mnemonic | undefined => {
  const body = at === undefined ? undefined : maps.bodyOf(at.funcIndex)
  if (at?.codeOffset === undefined || body === undefined) return undefined
  const reader = new InstructionReader(module.bytes, at.codeOffset, body.code.end)
  const read = attempt(() => reader.next())
  return read === true ? OPCODES[reader.op]?.mnemonic : undefined
}

/** A function's name from the name section, else the first name that it is exported under. */
const namesOf = (module: Module): ((funcIndex: number) => string | undefined) => {
  const { functions } = readNames(module)
  const exports = sectionOf(module, "export")?.exports ?? []
  return (funcIndex) =>
    functions.get(funcIndex) ??
    exports.find(({ kind, index }) => kind === "func" && index === funcIndex)?.name
}
