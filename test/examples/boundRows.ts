import { AUDIT_EVENTS_MAX } from "../../src/audit/Audit.ts"
import { AUDIT_TEXT_MAX } from "../../src/audit/AuditLine.ts"
import { AUDIT_LOG_DEFAULT } from "../../src/audit/AuditLogOptions.ts"
import { FUEL_METER_FUNCTIONS_MAX } from "../../src/fuel/FuelMeter.ts"
import { FUEL_DEFAULT, FUEL_MAX, TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX } from "../../src/fuel/FuelPolicy.ts"
import { LOG_LINE_BYTES_MAX, LOG_LINES_MAX } from "../../src/host/builtin/log.ts"
import { GRANTS_MAX } from "../../src/host/Grant.ts"
import {
  ACCESS_BOUND,
  ACCESS_BYTES_MAX,
  HOST_FUNCTIONS_MAX,
  LOCAL_PRICE,
  REMOTE_PRICE
} from "../../src/host/HostFunction.ts"
import { JOURNAL_BOUND } from "../../src/host/Journal.ts"
import { SILENT_MS_MAX } from "../../src/runtime/InFlight.ts"
import { FENCE_MS } from "../../src/runtime/judgeFiring.ts"
import { MEMORIES_DEFAULT_MAX } from "../../src/runtime/MemoryLedger.ts"
import { HEAP_MB_DEFAULT } from "../../src/runtime/startThread.ts"
import { ELEMENTS_MAX } from "../../src/runtime/worker/capture.ts"
import { EXACT_MS_MAX } from "../../src/runtime/worker/runExactly.ts"
import { MODULE_CACHE_BOUND } from "../../supervisors/ModuleCache.ts"
import {
  POOL_SIZE_DEFAULT_MAX,
  POOL_WAIT_MS_DEFAULT_MAX,
  POOL_WAITING_DEFAULT_MAX
} from "../../supervisors/pool/PoolOptions.ts"
import { MAILBOX_DEFAULT_MAX } from "../../supervisors/Resident.ts"
import {
  GUESTS_DEFAULT_MAX,
  RESIDENTS_DEFAULT_MAX,
  THREADS_DEFAULT_MAX,
  WAITING_DEFAULT_MAX
} from "../../supervisors/SchedulersOptions.ts"

/** Bounds that are no field of a policy: what is bounded, by how much, and how it is moved. */
export const BOUND_ROWS: ReadonlyArray<readonly [what: string, bound: string, moved: string]> = [
  ["fuel of a firing, default and most", `${n(FUEL_DEFAULT)}, ${n(FUEL_MAX)}`, "option `fuel`"],
  [
    "milliseconds of a firing, default and most",
    `${n(TIMEOUT_MS_DEFAULT)}, ${n(TIMEOUT_MS_MAX)}`,
    "option `timeout`"
  ],
  [
    "milliseconds after the deadline until a thread that does not come back is terminated",
    n(FENCE_MS),
    "fixed"
  ],
  [
    "threads that run guests",
    `the machine's cores, at most ${n(THREADS_DEFAULT_MAX)}`,
    "`layer({ threadsMax })`"
  ],
  [
    "guests that share a thread, where they can be suspended",
    n(GUESTS_DEFAULT_MAX),
    "`layer({ guestsMax })`"
  ],
  ["firings that wait for a thread", n(WAITING_DEFAULT_MAX), "`layer({ waitingMax })`"],
  [
    "guests that reside, and calls that wait for one",
    `${n(RESIDENTS_DEFAULT_MAX)}, ${n(MAILBOX_DEFAULT_MAX)}`,
    "`layer({ residentsMax })`, option `mailboxMax`"
  ],
  [
    "megabytes of a thread's JavaScript heap, guests' memories apart",
    n(HEAP_MB_DEFAULT),
    "`layer({ heapMbMax })`"
  ],
  ["memories of the process", n(MEMORIES_DEFAULT_MAX), "`layer({ memoriesMax })`"],
  [
    "instances of a pool, firings that wait for one, and milliseconds",
    `${n(POOL_SIZE_DEFAULT_MAX)}, ${n(POOL_WAITING_DEFAULT_MAX)}, ${n(POOL_WAIT_MS_DEFAULT_MAX)}`,
    "options `size`, `waitingMax`, `waitMsMax`"
  ],
  [
    "milliseconds that a guest may have its thread without looking up while others wait",
    n(SILENT_MS_MAX),
    "fixed"
  ],
  [
    "compiled modules that are kept, and bytes of them",
    `${n(MODULE_CACHE_BOUND.modulesMax)}, ${n(MODULE_CACHE_BOUND.bytesMax)}`,
    "fixed"
  ],
  ["grants of a firing", n(GRANTS_MAX), "fixed"],
  ["host functions of a firing", n(HOST_FUNCTIONS_MAX), "fixed"],
  [
    "bytes that one call of a host function reads, and writes",
    `${n(ACCESS_BOUND.readBytesMax)}, ${n(ACCESS_BOUND.writeBytesMax)}`,
    `\`bound\`, up to ${n(ACCESS_BYTES_MAX)}`
  ],
  [
    "fuel for a call of a local, and of a remote host function",
    `${n(LOCAL_PRICE.base)}, ${n(REMOTE_PRICE.base)}, and ${LOCAL_PRICE.perByte} a byte`,
    "`price`"
  ],
  ["bytes of a log line, and lines of a firing", `${n(LOG_LINE_BYTES_MAX)}, ${n(LOG_LINES_MAX)}`, "fixed"],
  [
    "answers in a journal, and bytes that they wrote",
    `${n(JOURNAL_BOUND.entriesMax)}, ${n(JOURNAL_BOUND.bytesMax)}`,
    "fixed"
  ],
  [
    "milliseconds for which a failed firing is run again",
    `${n(EXACT_MS_MAX)}, at most its own`,
    "option `timeout`"
  ],
  ["table elements in a dump", n(ELEMENTS_MAX), "fixed"],
  ["events that an audit ring keeps", n(AUDIT_EVENTS_MAX), "`Audit.layerRing(eventsMax)`"],
  [
    "bytes of a file of an audit log, and files",
    `${n(AUDIT_LOG_DEFAULT.bytesMax)}, ${n(AUDIT_LOG_DEFAULT.filesMax)}`,
    "`AuditLog.layer({ bytesMax, filesMax })`"
  ],
  [
    "bytes of audit events that wait to be written",
    n(AUDIT_LOG_DEFAULT.bufferBytesMax),
    "`AuditLog.layer({ bufferBytesMax })`"
  ],
  ["characters of a text in an audit log", n(AUDIT_TEXT_MAX), "fixed"],
  ["functions that the fuel meter keeps", n(FUEL_METER_FUNCTIONS_MAX), "`FuelMeter.layerOf(functionsMax)`"]
]

/** A number as people read it. */
export function n(value: number): string {
  return value === Number.MAX_SAFE_INTEGER ? "2^53 - 1" : value.toLocaleString("en-US")
}
