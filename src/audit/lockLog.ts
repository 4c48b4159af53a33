import { readFileSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { AuditLogFailed } from "./AuditLogFailed.ts"
import { attempt } from "./fileCalls.ts"

/**
 * One process writes a log. The lock is a symbolic link `.FILE.lock` that points to the process's name, because
 * that is made in one step, name included: Node has no lock that the kernel would release. It is hidden, so that
 * `FILE*` names the log's files and nothing else.
 *
 * A lock whose process is gone is taken over. A process is known by its id and, where there is `/proc`, by when it
 * was started, so that a container whose process is always the first is not kept out by its predecessor. It does not
 * see processes of other machines, or of other containers.
 */
export const lockLog = (path: string): Effect.Effect<void, AuditLogFailed, Scope.Scope> => {
  const lock = join(dirname(path), `.${basename(path)}.lock`)
  const own = processName(process.pid) ?? String(process.pid)
  const opening = <A>(body: () => A) => attempt("open", path, body)
  const make = opening(() => symlinkSync(own, lock)).pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ cause }) => cause.startsWith("EEXIST"),
      () => Effect.succeed(false)
    )
  )
  const holder = Effect.orElseSucceed(
    opening(() => readlinkSync(lock)),
    () => undefined
  )
  const taken = (by: string | undefined) =>
    Effect.fail(
      new AuditLogFailed(
        "open",
        path,
        `process ${by?.split("@")[0] ?? "?"} writes it (${JSON.stringify(lock)})`
      )
    )
  // Moved away before it is removed: of two that find the same dead one, one moves it, and the other's move fails.
  const aside = `${lock}.${process.pid}`
  const remove = (dead: string) =>
    opening(() => {
      renameSync(lock, aside)
      const moved = readlinkSync(aside)
      if (moved !== dead) symlinkSync(moved, lock)
      unlinkSync(aside)
    }).pipe(Effect.ignore)
  const acquire = Effect.gen(function* () {
    if (yield* make) return
    const by = yield* holder
    if (by !== undefined && isAlive(by)) return yield* taken(by)
    if (by !== undefined) yield* remove(by)
    if (!(yield* make)) return yield* taken(yield* holder)
  })
  const release = Effect.flatMap(holder, (by) =>
    by === own ? Effect.ignore(opening(() => unlinkSync(lock))) : Effect.void
  )
  return Effect.acquireRelease(acquire, () => release)
}

const isAlive = (name: string): boolean => {
  const pid = Number(/^\d+/.exec(name)?.[0] ?? 0)
  if (pid === 0) return false
  const now = processName(pid)
  if (now !== undefined) return now === name
  // No such process, or none that `/proc` shows: a signal that is none tells whether there is somebody, and one that
  // may not be sent was not sent to nobody.
  const asked = Result.try(() => process.kill(pid, 0))
  return Result.isSuccess(asked) || codeOf(asked.failure) === "EPERM"
}

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null ? Reflect.get(cause, "code") : undefined

/** `ID@BOOT/TICKS`: when the machine was started, and after how many ticks of that the process was. */
const processName = (pid: number): string | undefined =>
  Result.getOrUndefined(
    Result.try(() => {
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
      // After the name, which stands in brackets and may hold anything, the 20th word.
      const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]
      return `${pid}@${boot}/${started}`
    })
  )
