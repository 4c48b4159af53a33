import { FunctionMaps } from "../../fuel/meter/FunctionMaps.ts"
import type { OffsetMap } from "../../fuel/meter/OffsetMap.ts"
import { PRICE_TABLES } from "../../fuel/PriceTable.ts"
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
} from "../../outcome/CrashReason.ts"
import type { StackFrame } from "../../outcome/Evidence.ts"
import { isMissing, Missing } from "../../outcome/Missing.ts"
import { decodeModule } from "../../wasm/decodeModule.ts"
import { InstructionReader } from "../../wasm/InstructionReader.ts"
import { attempt, Malformed } from "../../wasm/Malformed.ts"
import type { Module } from "../../wasm/Module.ts"
import { readNames } from "../../wasm/Names.ts"
import { type Mnemonic, OPCODES } from "../../wasm/Opcodes.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import type { Compiled } from "../Compiled.ts"
import type { Failure, FailureCause, FiringRequest, RawFrame } from "../Firing.ts"
import { trapKind } from "../trapKinds.ts"

/**
 * A failure as its author can read it: a reason of the closed list, and frames in the module that he wrote.
 *
 * Done on the thread that ran the guest, whose time it may take: it needs the guest's own bytes decoded again, for
 * the names, and the map from metered offsets to original ones, which is made by rewriting just the functions on
 * the stack once more. For 256 frames of a megabyte each that is a second.
 */
export interface Explained {
  readonly reason: CrashReason
  readonly stack: ReadonlyArray<StackFrame> | Missing
}

export const explainFailure = (
  { cause, frames }: Failure,
  request: Pick<FiringRequest, "bytes" | "timeoutMs" | "policy">,
  fuel: Fuel,
  compiled: Compiled
): Explained => {
  const without = (stack: Explained["stack"]): Explained => ({
    reason: reasonOf(cause, fuel, request, undefined, undefined),
    stack
  })
  if (isMissing(frames)) return without(frames)
  if (frames.length === 0) return without([])
  const module = decodeModule(new Uint8Array(request.bytes))
  if (module instanceof Malformed) return without(new Missing("the module cannot be read again"))
  const maps = new FunctionMaps(module, compiled.plan, {
    prices: PRICE_TABLES[request.policy.prices],
    nan: request.policy.nan,
    placement: compiled.placement
  })
  const mapOf = memoized((funcIndex) => maps.mapOf(funcIndex))
  const nameOf = memoized(namesOf(module))
  const stack = frames.map(
    (frame): StackFrame => ({
      funcIndex: frame.funcIndex,
      name: nameOf(frame.funcIndex),
      codeOffset: originalOffset(frame, mapOf(frame.funcIndex), compiled)
    })
  )
  const [top] = stack
  const at = top === undefined ? undefined : { funcIndex: top.funcIndex, codeOffset: top.codeOffset }
  return { reason: reasonOf(cause, fuel, request, at, mnemonicAt(module, at, maps)), stack }
}

interface Fuel {
  readonly allocated: number
  readonly used: number
}

/** A recursion has one function on the stack two hundred times; its map is made once. */
const memoized = <A>(make: (funcIndex: number) => A): ((funcIndex: number) => A) => {
  const made = new Map<number, A>()
  return (funcIndex) => {
    const known = made.get(funcIndex)
    if (known !== undefined || made.has(funcIndex)) return known as A // Put there by the line below.
    const one = make(funcIndex)
    made.set(funcIndex, one)
    return one
  }
}

const reasonOf = (
  cause: FailureCause,
  fuel: Fuel,
  request: Pick<FiringRequest, "timeoutMs" | "policy">,
  at: CodeLocation | undefined,
  mnemonic: Mnemonic | undefined
): CrashReason => {
  switch (cause.kind) {
    case "fuel":
      return new OutOfFuel(fuel.allocated, fuel.used)
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

const originalOffset = (
  frame: RawFrame,
  map: OffsetMap | undefined,
  { plan }: Compiled
): number | undefined => {
  const imported = plan.guestFuncs - plan.bodyOffsets.length
  const bodyOffset = plan.bodyOffsets[frame.funcIndex - imported]
  if (bodyOffset === undefined) return undefined
  return map?.toOriginal(frame.meteredOffset - bodyOffset)
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
