import { makeVirtualClock } from "../../src/host/builtin/clock.ts"
import type { LogRecord } from "../../src/host/builtin/log.ts"
import { makeVirtualRandom } from "../../src/host/builtin/random.ts"
import { BUILTINS } from "../../src/host/builtin/table.ts"
import type { HostContext } from "../../src/host/HostContext.ts"
import { type AccessBound, HostMemory } from "../../src/host/HostMemory.ts"

export const WIDE: AccessBound = { readBytesMax: 1 << 20, writeBytesMax: 1 << 20 }

/** A guest's memory without a guest, an account that never empties unless told, and what was logged. */
export const makeContext = (
  bytes: Uint8Array = new Uint8Array(64),
  bound: AccessBound = WIDE,
  fuel = Number.POSITIVE_INFINITY
) => {
  const logged: Array<LogRecord> = []
  let left = fuel
  const memory = new HostMemory(
    () => bytes,
    (count) => {
      if (count > left) return false
      left -= count
      return true
    }
  )
  memory.begin(bound)
  const context: HostContext = {
    memory,
    clock: makeVirtualClock(),
    random: makeVirtualRandom(0n),
    emitLog: (record) => logged.push(record)
  }
  return { bytes, memory, context, logged, left: () => left }
}

export const builtin = (name: string) => {
  const found = BUILTINS.find(({ declaration }) => declaration.name === name)
  if (found === undefined) throw new Error(`no built-in ${name}`)
  return found
}
