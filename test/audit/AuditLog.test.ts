import {
  appendFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync
} from "node:fs"
import { basename, dirname } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { describe, vi } from "vitest"
import { Audit } from "../../src/audit/Audit.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import type { AuditLogOptions } from "../../src/audit/AuditLogOptions.ts"
import { eventsIn, hashOf, linesIn, makeScratch, read, step, verify } from "./logs.ts"

const inScratch = makeScratch()
let made = 0
const fresh = (): string => inScratch(`log-${++made}`)

/** A program with a log of its own, which has ended when this has. */
const logging = <A, E>(options: AuditLogOptions, program: Effect.Effect<A, E, Audit | AuditLog>) =>
  Effect.scoped(Effect.provide(program, AuditLog.layer(options)))

const recordSome = (count: number, name = "i") =>
  Audit.use((audit) =>
    Effect.forEach(
      Array.from({ length: count }, (_, i) => step(`${name}${i}`)),
      audit.record,
      { discard: true }
    )
  )

const tagsIn = (file: string) => eventsIn(file).map(({ _tag }) => _tag)
const verified = (...files: ReadonlyArray<string>) => Effect.promise(() => verify(files))
const lockOf = (file: string) => inScratch(`.${basename(file)}.lock`)

/** The files of a log. */
const filesOf = (file: string) =>
  readdirSync(dirname(file))
    .filter((name) => name === basename(file) || name.startsWith(`${basename(file)}.`))
    .map((name) => inScratch(name))

describe("an audit log", () => {
  it.effect("has on the disk, when its scope has ended, everything that was recorded, with its time", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* TestClock.adjust("1 second")
      yield* logging({ file }, recordSome(3))
      expect(tagsIn(file)).toEqual(["File", "Opened", "Step", "Step", "Step", "Closed"])
      expect(eventsIn(file).map(({ sequence, atMs }) => [sequence, atMs])).toEqual(
        [1, 2, 3, 4, 5, 6].map((i) => [i, 1_000])
      )
      expect(yield* verified(file)).toMatchObject({ how: "holds", lines: 6, end: "closed", opened: 1 })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(existsSync(lockOf(file))).toBe(false)
    })
  )

  it.effect("has it there too when the program was interrupted", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* Effect.exit(logging({ file }, Effect.andThen(recordSome(3), Effect.interrupt)))
      expect(yield* verified(file)).toMatchObject({ how: "holds", lines: 6, end: "closed" })
    })
  )

  it.live("is written while the program runs", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* logging(
        { file, flushMs: 1 },
        Effect.gen(function* () {
          const log = yield* AuditLog
          yield* recordSome(2)
          while ((yield* log.state).waiting > 0) yield* Effect.sleep(1)
          expect(tagsIn(file)).toEqual(["File", "Opened", "Step", "Step"])
          expect((yield* log.state).head).toEqual({ sequence: 4, hash: hashOf(linesIn(file).at(-1)) })
        })
      )
    })
  )

  it.effect("is flushed on demand, and brings each batch to the disk when asked", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* logging(
        { file, sync: "batch" },
        Effect.gen(function* () {
          yield* recordSome(2)
          const log = yield* AuditLog
          yield* log.flush
          expect((yield* log.state).waiting).toBe(0)
          expect(tagsIn(file)).toHaveLength(4)
        })
      )
    })
  )

  it.effect("goes on where another process ended: numbers, chain and file", () =>
    Effect.gen(function* () {
      const file = fresh()
      for (const name of ["a", "b"]) yield* logging({ file }, recordSome(2, name))
      expect(tagsIn(file)).toEqual([
        "File",
        "Opened",
        "Step",
        "Step",
        "Closed",
        "Opened",
        "Step",
        "Step",
        "Closed"
      ])
      expect(eventsIn(file)[5]).toMatchObject({ before: "closed", tornBytes: 0 })
      expect(yield* verified(file)).toMatchObject({ how: "holds", lines: 9, unclosed: 0 })
    })
  )

  it.effect("goes on after a power cut: what was not finished is cut off, and said", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* logging({ file }, recordSome(2))
      const whole = readFileSync(file)
      truncateSync(file, whole.length - 10)
      expect(yield* verified(file)).toMatchObject({ how: "truncated", line: 5 })
      yield* logging({ file }, recordSome(1))
      expect(eventsIn(file)[4]).toMatchObject({
        _tag: "Opened",
        sequence: 5,
        before: "unclosed",
        tornBytes:
          (linesIn(file)[4] ?? "").length > 0 ? whole.length - 10 - whole.lastIndexOf("\n", -2) - 1 : 0,
        torn: expect.stringMatching(/^\{"sequence":5,.*"Closed"/)
      })
      expect(yield* verified(file)).toMatchObject({ how: "holds", lines: 7, unclosed: 1 })
    })
  )

  it.effect("goes on wherever a power cut left it, zeros at the end included", () =>
    Effect.gen(function* () {
      const whole = fresh()
      yield* logging({ file: whole }, recordSome(1))
      const bytes = readFileSync(whole)
      for (let cut = 0; cut <= bytes.length; cut += 37) {
        const file = fresh()
        writeFileSync(file, bytes.subarray(0, cut))
        if (cut % 2 === 0) appendFileSync(file, Buffer.alloc(5))
        yield* logging({ file }, recordSome(1))
        expect(yield* verified(file)).toMatchObject({ how: "holds", end: "closed" })
      }
    })
  )

  it.effect("does not go on after a last line that somebody changed, nor in a file of somebody else's", () =>
    Effect.gen(function* () {
      const changed = fresh()
      yield* logging({ file: changed }, recordSome(1))
      writeFileSync(changed, readFileSync(changed, "utf8").replace('"Closed"', '"closed"'))
      const headless = fresh()
      yield* logging({ file: headless }, recordSome(1))
      writeFileSync(
        headless,
        readFileSync(headless, "utf8").slice(readFileSync(headless, "utf8").indexOf("\n") + 1)
      )
      const [text, unfinished] = [fresh(), fresh()]
      writeFileSync(text, "root:x:0:0\n")
      writeFileSync(unfinished, "root:x:0:0")
      for (const [file, cause] of [
        [changed, "its last line is wrong: it is not what its hash was made of"],
        [headless, "its first line is not that of a file"],
        [text, "its first line is wrong: it is too short"],
        [unfinished, "it is no audit log"],
        [inScratch(""), "expected a file"],
        [inScratch("no/such/directory"), "ENOENT"]
      ] as const) {
        const before = existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined
        const failed = yield* Effect.flip(logging({ file }, recordSome(1)))
        expect(failed).toMatchObject({ _tag: "AuditLogFailed", operation: "open" })
        expect(failed.cause).toContain(cause)
        if (before !== undefined) expect(readFileSync(file)).toEqual(before)
      }
    })
  )

  it.effect("is refused to a second writer, and given to whoever comes after one that died", () =>
    Effect.gen(function* () {
      const file = fresh()
      const second = Effect.flip(logging({ file }, recordSome(1)))
      const failed = yield* logging({ file }, second)
      expect(failed).toMatchObject({ cause: expect.stringContaining(`process ${process.pid} writes it`) })
      const lock = lockOf(file)
      // Nobody has so high a number; and whoever has ours now was started at another time.
      for (const dead of ["4194305@x/1", `${process.pid}@x/1`, "nonsense"]) {
        symlinkSync(dead, lock)
        yield* logging(
          { file },
          Effect.sync(() => expect(readlinkSync(lock)).toMatch(new RegExp(`^${process.pid}`)))
        )
        expect(readdirSync(dirname(file)).filter((name) => name.startsWith(basename(lock)))).toEqual([])
      }
      expect(yield* verified(file)).toMatchObject({ how: "holds", opened: 4 })
    })
  )

  it.effect("is refused while whoever holds it lives, though it may not be asked", () =>
    Effect.gen(function* () {
      const file = fresh()
      // Of another user, where `/proc` does not show those.
      symlinkSync("4194305@x/1", lockOf(file))
      const kill = vi.spyOn(process, "kill").mockImplementation(() => {
        throw Object.assign(new Error("EPERM"), { code: "EPERM" })
      })
      const failed = yield* Effect.flip(logging({ file }, recordSome(1)))
      kill.mockRestore()
      expect(failed).toMatchObject({ cause: expect.stringContaining("process 4194305 writes it") })
      expect(readlinkSync(lockOf(file))).toBe("4194305@x/1")
    })
  )

  it.effect("leaves the lock to whoever took it over", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* logging(
        { file },
        Effect.sync(() => {
          unlinkSync(lockOf(file))
          symlinkSync("1@another/1", lockOf(file))
        })
      )
      expect(readlinkSync(lockOf(file))).toBe("1@another/1")
    })
  )

  it.effect("is one and the same by whatever link it is reached, before there is a file too", () =>
    Effect.gen(function* () {
      const [file, link, chain] = [fresh(), fresh(), fresh()]
      symlinkSync(basename(file), link)
      symlinkSync(link, chain)
      const second = (by: string) => Effect.flip(logging({ file: by }, recordSome(1)))
      const failed = yield* logging(
        { file: chain, bytesMax: 65_536 },
        recordSome(500).pipe(Effect.andThen(Effect.all([second(link), second(file)])))
      )
      for (const { cause } of failed) expect(cause).toContain(`process ${process.pid} writes it`)
      expect(filesOf(file)).toHaveLength(3)
      expect(lstatSync(chain).isSymbolicLink()).toBe(true)
      expect(yield* verified(...filesOf(file))).toMatchObject({ how: "holds", first: 1 })
    })
  )

  it.effect("takes no options that are out of their bounds", () =>
    Effect.gen(function* () {
      yield* logging({ file: fresh(), bytesMax: 65_536, filesMax: 2, bufferBytesMax: 65_536 }, recordSome(1))
      for (const [option, cause] of [
        [{ bytesMax: 65_535 }, "bytesMax: expected 65536..1099511627776, got 65535"],
        [{ filesMax: 1 }, "filesMax: expected 2..1000, got 1"],
        [{ bufferBytesMax: 1.5 }, "bufferBytesMax: expected 65536..4294967296, got 1.5"],
        [{ file: "" }, "file: expected a path, got none"]
      ] as const) {
        const failed = yield* Effect.flip(logging({ file: fresh(), ...option }, recordSome(1)))
        expect(failed.cause).toBe(cause)
      }
    })
  )
})

describe("rotation", () => {
  it.effect("loses nothing of what many record at once, and the chain goes on from file to file", () =>
    Effect.gen(function* () {
      const file = fresh()
      const [fibers, each] = [8, 300]
      yield* logging(
        { file, bytesMax: 65_536, filesMax: 100 },
        Effect.forEach(
          Array.from({ length: fibers }, (_, i) => `f${i}-`),
          (name) =>
            Effect.forEach(Array.from({ length: 10 }), () =>
              Effect.andThen(recordSome(each / 10, name), Effect.yieldNow)
            ),
          { concurrency: "unbounded" }
        )
      )
      const files = filesOf(file)
      expect(files.length).toBeGreaterThan(5)
      for (const one of files) expect(statSync(one).size).toBeLessThanOrEqual(65_536)
      expect(yield* verified(...files)).toMatchObject({ how: "holds", lost: 0, first: 1, end: "closed" })
      for (const one of files) expect(yield* verified(one)).toMatchObject({ how: "holds" })
      const events = yield* Effect.promise(() => read(...files))
      expect(events.filter(({ _tag }) => _tag === "Step")).toHaveLength(fibers * each)
      expect(eventsIn(file)[0]).toMatchObject({ _tag: "File", number: files.length })
    })
  )

  it.effect("keeps as many files as it may, and the log says from where it is known", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* logging({ file, bytesMax: 65_536, filesMax: 3 }, recordSome(2_000))
      const files = filesOf(file)
      expect(files.map((name) => basename(name).replace(basename(file), "FILE"))).toEqual([
        "FILE",
        "FILE.1",
        "FILE.2"
      ])
      const holds = yield* verified(...files)
      expect(holds).toMatchObject({ how: "holds", last: { sequence: expect.any(Number) } })
      expect("first" in holds && holds.first).toBeGreaterThan(1_000)
    })
  )

  it.effect("leaves no hole where there may be fewer files than there were", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* logging({ file, bytesMax: 65_536, filesMax: 8 }, recordSome(2_000))
      expect(filesOf(file)).toHaveLength(8)
      yield* logging({ file, bytesMax: 65_536, filesMax: 3 }, recordSome(500))
      expect(filesOf(file)).toHaveLength(3)
      expect(yield* verified(...filesOf(file))).toMatchObject({ how: "holds", lost: 0 })
    })
  )

  it.effect("is gone on with by whoever comes after one that was killed in the middle of it", () =>
    Effect.gen(function* () {
      const file = fresh()
      yield* logging({ file, bytesMax: 65_536 }, recordSome(500))
      expect(filesOf(file)).toHaveLength(3)
      renameSync(`${file}.2`, `${file}.3`)
      renameSync(`${file}.1`, `${file}.2`)
      renameSync(file, `${file}.1`)
      // Killed before the new file was made.
      yield* logging({ file, bytesMax: 65_536 }, recordSome(500))
      const files = filesOf(file)
      expect(yield* verified(...files)).toMatchObject({ how: "holds", first: 1, lost: 0 })
    })
  )
})

describe("an audit log that cannot be written", () => {
  const quiet = Logger.layer([])

  it.effect("lets the guests go on, and loses what does not fit in memory", () =>
    Effect.gen(function* () {
      const lost = yield* logging(
        { file: "/dev/full", bufferBytesMax: 65_536 },
        Effect.gen(function* () {
          const log = yield* AuditLog
          yield* recordSome(1)
          expect(yield* Effect.flip(log.flush)).toMatchObject({ cause: expect.stringContaining("ENOSPC") })
          yield* recordSome(2_000)
          const state = yield* log.state
          expect(state.failing).toContain("ENOSPC")
          expect(state.waitingBytes).toBeLessThanOrEqual(65_536)
          // The gap counts as one that waits, and so do the mark of the process and the one before.
          expect(state.lost + state.waiting).toBe(2_003)
          return state.lost
        })
      )
      expect(lost).toBeGreaterThan(1_000)
    }).pipe(Effect.provide(quiet))
  )

  it.effect("says so to Effect's logger, once, and at the end how many events are gone", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const logger = Logger.make(({ message }) => {
        seen.push(String(message))
      })
      yield* logging(
        { file: "/dev/full" },
        Effect.gen(function* () {
          const log = yield* AuditLog
          for (let i = 0; i < 3; i++) yield* Effect.ignore(log.flush)
          yield* recordSome(4)
        })
      ).pipe(Effect.provide(Logger.layer([logger])))
      expect(seen).toEqual([
        expect.stringMatching(/^cannot write the audit log "\/dev\/full": ENOSPC/),
        expect.stringContaining("ended with 6 events that were not written")
      ])
    })
  )
})

describe("an audit log that somebody else touches while it is written", () => {
  const withWarnings = <A, E>(program: Effect.Effect<A, E>) => {
    const seen: Array<string> = []
    const logger = Logger.make(({ message }) => {
      seen.push(String(message))
    })
    return Effect.map(Effect.provide(program, Logger.layer([logger])), (value) => ({ seen, value }))
  }
  const inTwoParts = (file: string, between: () => void) =>
    withWarnings(
      logging(
        { file },
        Effect.gen(function* () {
          const log = yield* AuditLog
          yield* recordSome(2, "a")
          yield* log.flush
          between()
          yield* recordSome(3, "b")
          yield* log.flush
          yield* recordSome(1, "c")
        })
      )
    )

  it.effect("begins anew where it was removed, loses nothing that comes then, and says so once", () =>
    Effect.gen(function* () {
      const file = fresh()
      const { seen } = yield* inTwoParts(file, () => unlinkSync(file))
      expect(seen).toEqual([expect.stringContaining("was removed while it was written")])
      expect(tagsIn(file)).toEqual(["File", "Step", "Step", "Step", "Step", "Closed"])
      expect(eventsIn(file)[0]).toMatchObject({ number: 2, sequence: 5 })
      expect(yield* verified(file)).toMatchObject({ how: "holds", first: 5, end: "closed" })
    })
  )

  it.effect("loses nothing where it was renamed", () =>
    Effect.gen(function* () {
      const file = fresh()
      const { seen } = yield* inTwoParts(file, () => renameSync(file, `${file}.old`))
      expect(seen).toEqual([])
      expect(yield* verified(`${file}.old`)).toMatchObject({ how: "holds", lines: 9, end: "closed" })
    })
  )

  it.effect("says that somebody cut it, or writes it too, and does not hold", () =>
    Effect.gen(function* () {
      for (const [touch, how] of [
        [(file: string) => truncateSync(file, statSync(file).size - 10), "changed"],
        [(file: string) => appendFileSync(file, "{}\n"), "changed"]
      ] as const) {
        const file = fresh()
        const { seen } = yield* inTwoParts(file, () => touch(file))
        expect(seen).toEqual([expect.stringMatching(/has \d+ bytes, and \d+ were written to it/)])
        expect(yield* verified(file)).toMatchObject({ how })
      }
    })
  )

  it.effect("writes nothing after its end, to whatever file has its number then, and counts what comes", () =>
    Effect.gen(function* () {
      const file = fresh()
      const { seen } = yield* withWarnings(
        Effect.gen(function* () {
          const [audit, log] = yield* logging({ file }, Effect.all([Audit, AuditLog]))
          const failed = yield* Effect.flip(log.flush)
          expect(failed).toMatchObject({ operation: "write", cause: "it has ended" })
          for (let i = 0; i < 3; i++) yield* audit.record(step("late"))
          expect((yield* log.state).lost).toBe(3)
        })
      )
      expect(seen.filter((line) => line.includes("has ended, and what comes now is lost"))).toHaveLength(1)
      expect(yield* verified(file)).toMatchObject({ how: "holds", lines: 3, end: "closed" })
    })
  )
})
