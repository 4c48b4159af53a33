import type { LogRecord } from "./builtin/log.ts"
import type { HostMemory } from "./HostMemory.ts"

/**
 * What a host function in the worker can reach: the guest's memory, a clock, chance, and a way out for log lines.
 *
 * Time and chance arrive here and nowhere else, so virtual ones run through the same code as real ones.
 */
export interface HostContext {
  readonly memory: HostMemory
  readonly clock: Clock
  readonly random: RandomSource
  readonly emitLog: (record: LogRecord) => void
}

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: () => bigint
}

export interface RandomSource {
  /** 64 bits, as an unsigned integer. */
  readonly nextU64: () => bigint
}
