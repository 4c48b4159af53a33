import type { CapabilityName } from "../Capability.ts"
import type { HostContext } from "../HostContext.ts"
import type { BuiltinDeclaration, HostPrice, HostValue, HostValueType } from "../HostDeclaration.ts"
import { MemoryFault } from "../HostMemory.ts"
import { LOG_LINE_BYTES_MAX, type LogLevel, readLogLine } from "./log.ts"

/**
 * The host functions that are part of Munition: the gated imports of the Elixir project, under module `env`.
 *
 * One row each: name, type, capability, price, what it does. Linking, documents and tests read this table. They run
 * in the worker, on what the context hands them; none of them knows whether its clock or its chance is real.
 */
export interface Builtin {
  readonly declaration: BuiltinDeclaration
  readonly call: HostCall
}

/**
 * What built-in and local host functions are: plain and synchronous.
 *
 * *Returns* the result (an array for several, nothing for none), or the memory's fault.
 */
export type HostCall = (context: HostContext, ...args: ReadonlyArray<HostValue>) => HostAnswer

export type HostAnswer = HostValue | ReadonlyArray<HostValue> | MemoryFault | undefined

/** A call with its check and its journal entry takes 0.2 to 0.6 µs: the time of some hundred instructions. */
const CALL: HostPrice = { base: 250, perByte: 1 }

/** Reading a line takes 2 µs and more, and it is posted to another thread and formatted there besides. */
const LINE: HostPrice = { base: 1_000, perByte: 1 }

const row = (
  capability: CapabilityName,
  name: string,
  params: ReadonlyArray<HostValueType>,
  results: ReadonlyArray<HostValueType>,
  price: HostPrice,
  readBytesMax: number,
  call: HostCall
): Builtin => ({
  declaration: {
    kind: "builtin",
    module: "env",
    name,
    type: { params, results },
    capability,
    price,
    bound: { readBytesMax, writeBytesMax: 0 }
  },
  call
})

const logRow = (level: LogLevel): Builtin =>
  row("log", `log_${level}`, ["i32", "i32"], [], LINE, LOG_LINE_BYTES_MAX, (context, offset, length) => {
    const record = readLogLine(context.memory, level, unsigned(offset), unsigned(length))
    if (record instanceof MemoryFault) return record
    context.emitLog(record)
    return undefined
  })

/** An i32 arrives signed; an offset of 3 GiB is not a negative one. */
const unsigned = (value: HostValue | undefined): number => Number(value) >>> 0

export const BUILTINS: ReadonlyArray<Builtin> = [
  row("time", "get_time_ms", [], ["i64"], CALL, 0, ({ clock }) => BigInt.asIntN(64, clock.nowMs())),
  // The high half: in a weaker source the low bits are the weak ones.
  row("random", "get_random_u32", [], ["i32"], CALL, 0, ({ random }) => Number(random.nextU64() >> 32n) | 0),
  row("random", "get_random_u64", [], ["i64"], CALL, 0, ({ random }) => BigInt.asIntN(64, random.nextU64())),
  logRow("debug"),
  logRow("info"),
  logRow("warn"),
  logRow("error")
]
