import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { Audit } from "./Audit.ts"
import { AuditBuffer } from "./AuditBuffer.ts"
import { AuditLogFailed, describeAuditLogFailed } from "./AuditLogFailed.ts"
import { type AuditLogOptions, makeAuditLogSettings } from "./AuditLogOptions.ts"
import { type LogHead, LogWriter } from "./LogWriter.ts"
import { openLog } from "./openLog.ts"

/**
 * An audit that writes to files which are only ever appended to: one JSON object a line, each chained to the one
 * before by its hash, so that `verifyAuditLog` finds a line that was changed, removed or moved.
 *
 * Recording never waits and never fails. When the disk is full the guests go on, events wait in memory up to a
 * bound, and what is lost then is counted; when writing works again, the log says how many are missing, and where.
 * A log that is already there is gone on with. One process writes it at a time.
 *
 *     const program = Effect.gen(function* () {
 *       const audit = yield* Audit
 *       yield* audit.record({ _tag: "Transition", chart: "door", id: "1", from: "open", to: "shut", why: "PUSHED" })
 *       const log = yield* AuditLog
 *       yield* log.flush
 *       return (yield* log.state).head.sequence
 *     })
 *     const log = AuditLog.layer({ file: "/dev/null" })
 *     await Effect.runPromise(Effect.provide(program, log)) // => 3
 *
 * *Cost*: 2 µs where an event is recorded, about 4 µs of processor time altogether; the event loop is held for
 * half a millisecond at a time. A line takes 300 bytes.
 */
export class AuditLog extends Context.Service<
  AuditLog,
  {
    /** How the log stands. Its `head`, kept elsewhere, shows later that no line was removed from the end. */
    readonly state: Effect.Effect<AuditLogState>
    /** Writes everything that was recorded so far, and brings it to the disk. */
    readonly flush: Effect.Effect<void, AuditLogFailed>
  }
>()("munition/audit/AuditLog") {
  /**
   * The layer of `Audit` and `AuditLog`. When its scope ends, everything that was recorded is on the disk.
   *
   * *Fails* when the file cannot be opened, is no audit log, or is written by another process.
   */
  static readonly layer = (options: AuditLogOptions): Layer.Layer<Audit | AuditLog, AuditLogFailed> =>
    Layer.effectContext(makeAuditLog(options))
}

/** How a log stands at the moment. */
export interface AuditLogState {
  /** The last line that was written. */
  readonly head: LogHead
  /** Events, and bytes of them, that wait to be written. */
  readonly waiting: number
  readonly waitingBytes: number
  /** Events that were lost since the log was opened. */
  readonly lost: number
  /** Why nothing can be written at the moment, as a sentence. */
  readonly failing: string | undefined
}

const makeAuditLog = (
  options: AuditLogOptions
): Effect.Effect<Context.Context<Audit | AuditLog>, AuditLogFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = makeAuditLogSettings(options)
    if (typeof settings === "string")
      return yield* Effect.fail(new AuditLogFailed("open", options.file, settings))
    // Closed by whoever ends the log, which can be later than the end of the layer: the lock is held until then.
    const open = yield* Scope.make()
    const { file, end: before } = yield* Scope.provide(openLog(settings), open).pipe(
      Effect.onError((cause) => Scope.close(open, Exit.failCause(cause)))
    )
    const buffer = new AuditBuffer(settings.bufferBytesMax)
    const writer = new LogWriter(buffer, file, before)
    const one = Semaphore.makeUnsafe(1)
    const some = Latch.makeUnsafe()
    const many = Latch.makeUnsafe()
    let failing: string | undefined
    let late = 0
    let ended = false

    const named = `the audit log ${JSON.stringify(settings.file)}`
    // What was begun is written to its end where it was begun: a new file begins with a line.
    const look = Effect.suspend(() => (writer.midway ? Effect.undefined : file.look)).pipe(
      Effect.flatMap((found) => (found === undefined ? Effect.void : Effect.logWarning(`${named} ${found}`)))
    )
    const write = look.pipe(
      Effect.andThen(writer.drain),
      Effect.andThen(settings.sync === "batch" ? file.sync : Effect.void),
      Effect.tap(() => resumed),
      Effect.tapError((failed) => stopped(failed)),
      Effect.uninterruptible,
      one.withPermit
    )
    const stopped = (failed: AuditLogFailed) =>
      Effect.suspend(() => {
        const known = failing !== undefined
        failing = describeAuditLogFailed(failed)
        return known
          ? Effect.void
          : Effect.logWarning(`${failing}; events wait, and are lost when there are too many`)
      })
    const resumed = Effect.suspend(() => {
      if (failing === undefined) return Effect.void
      failing = undefined
      return Effect.logWarning(`${named} is written again, ${buffer.lost} events were lost`)
    })
    const writeWhatComes = Effect.gen(function* () {
      for (;;) {
        yield* some.await
        yield* many.await.pipe(Effect.timeoutOption(settings.flushMs))
        some.closeUnsafe()
        many.closeUnsafe()
        yield* write.pipe(Effect.catch(() => Effect.andThen(Effect.sleep(settings.retryMs), some.open)))
      }
    })
    const end = Effect.gen(function* () {
      ended = true
      buffer.addMark({ _tag: "Closed" }, yield* Clock.currentTimeMillis)
      const ending = yield* Fiber.interrupt(writing).pipe(
        Effect.andThen(write),
        Effect.andThen(file.sync),
        Effect.ensuring(Effect.ignore(file.close)),
        Effect.ensuring(Scope.close(open, Exit.void)),
        Effect.forkDetach
      )
      const result = yield* Fiber.await(ending).pipe(
        Effect.interruptible,
        Effect.timeoutOption(settings.endMs)
      )
      if (Option.isNone(result) || result.value._tag === "Failure")
        yield* Effect.logWarning(
          `${named} ended with ${writer.waiting} events that were not written: ` +
            (failing ?? `the disk did not answer within ${settings.endMs} ms`)
        )
    })

    buffer.addMark(
      { _tag: "Opened", pid: process.pid, before: before.before, ...before.torn },
      yield* Clock.currentTimeMillis
    )
    some.openUnsafe()
    const writing = yield* Effect.forkDetach(Effect.interruptible(writeWhatComes))
    yield* Effect.addFinalizer(() => end)

    const record = Audit.of({
      record: (entry) =>
        Effect.clockWith((clock) => {
          if (ended) {
            late += 1
            return late > 1
              ? Effect.void
              : Effect.logWarning(`${named} has ended, and what comes now is lost`)
          }
          buffer.add(entry, clock.currentTimeMillisUnsafe(), failing ?? FULL)
          some.openUnsafe()
          if (buffer.bytes > MANY_BYTES) many.openUnsafe()
          return Effect.void
        })
    })
    const state = Effect.sync(() => ({
      head: writer.head,
      waiting: writer.waiting,
      waitingBytes: buffer.bytes,
      lost: buffer.lost + late,
      failing
    }))
    const flush = Effect.andThen(write, file.sync)
    return Context.make(Audit, record).pipe(Context.add(AuditLog, AuditLog.of({ state, flush })))
  }).pipe(Effect.uninterruptible)

const FULL = "more events waited than bufferBytesMax allows"

/** So much is not waited with: four chunks. */
const MANY_BYTES = 262_144
