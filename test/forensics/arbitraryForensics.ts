import fc from "fast-check"
import type { Forensics } from "../../src/outcome/Crash.ts"
import {
  Cancelled,
  EngineLost,
  GuestException,
  HostFailed,
  OutOfFuel,
  OutOfMemory,
  OutOfStack,
  TimedOut,
  Trapped
} from "../../src/outcome/CrashReason.ts"
import { LIFECYCLE_STATES } from "../../src/outcome/Lifecycle.ts"
import { Missing } from "../../src/outcome/Missing.ts"

const text = fc.string({ unit: "binary", maxLength: 12 }).filter((s) => s.isWellFormed())
const whole = fc.maxSafeNat()
const orUndefined = <A>(some: fc.Arbitrary<A>) => fc.option(some, { nil: undefined })
/** Plain objects, as a decoder makes them: fast-check's own have no prototype now and then. */
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { noNullPrototype: true })
const missing = text.map((why) => new Missing(why))
const orMissing = <A>(some: fc.Arbitrary<A>): fc.Arbitrary<A | Missing> =>
  fc.oneof({ weight: 4, arbitrary: some }, missing)
const list = <A>(some: fc.Arbitrary<A>) => fc.array(some, { maxLength: 4 })

/** Up to three chunks of 64 KiB, mostly zero, with a little written anywhere and noise now and then. */
const memoryBytes = fc
  .record({
    byteLength: fc.integer({ min: 0, max: 200_000 }),
    writes: list(record({ at: fc.nat(200_000), bytes: fc.uint8Array({ maxLength: 300 }) })),
    noise: fc.boolean()
  })
  .map(({ byteLength, writes, noise }) => {
    const memory = new Uint8Array(byteLength)
    for (const { at, bytes } of writes) {
      memory.set(bytes.subarray(0, Math.max(0, byteLength - at)), Math.min(at, byteLength))
    }
    for (let i = 0, x = 1; noise && i < Math.min(byteLength, 70_000); i++) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0
      memory[i] = x >>> 24
    }
    return memory
  })

export const arbitraryReason = fc.oneof(
  fc.tuple(whole, whole).map(([allocated, used]) => new OutOfFuel(allocated, used)),
  whole.map((slotsMax) => new OutOfStack(slotsMax)),
  whole.map((bytesMax) => new OutOfMemory(bytesMax)),
  fc
    .tuple(text, orUndefined(record({ funcIndex: whole, codeOffset: orUndefined(whole) })), text)
    .map(([kind, at, message]) => new Trapped(kind, at, message)),
  fc.double({ noNaN: true }).map((timeoutMs) => new TimedOut(timeoutMs)),
  text.map((by) => new Cancelled(by)),
  fc.tuple(orUndefined(whole), list(text)).map(([tag, payload]) => new GuestException(tag, payload)),
  fc.tuple(text, text, text).map(([module, name, cause]) => new HostFailed(module, name, cause)),
  text.map((cause) => new EngineLost(cause))
)

/** Everything that `Forensics` allows, small. */
export const arbitraryForensics: fc.Arbitrary<Forensics> = record({
  reason: arbitraryReason,
  functionName: text,
  argumentsDigest: text,
  moduleHash: text,
  engine: text,
  versions: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
  nan: fc.constantFrom("canonical", "engine"),
  prices: fc.constantFrom("wasmtime", "weighted"),
  lifecycle: list(
    record({
      state: fc.constantFrom(...LIFECYCLE_STATES),
      event: text,
      atMicros: fc.double({ noNaN: true })
    })
  ),
  memories: orMissing(
    list(record({ memoryIndex: whole, pages: whole, pageBytes: whole, bytes: orMissing(memoryBytes) }))
  ),
  globals: orMissing(list(record({ globalIndex: whole, type: text, value: orMissing(text) }))),
  tables: orMissing(
    list(
      record({
        tableIndex: whole,
        type: text,
        length: whole,
        elements: orMissing(fc.int32Array({ maxLength: 9 }))
      })
    )
  ),
  fuel: record({
    allocated: whole,
    used: whole,
    remaining: whole,
    exactness: fc.constantFrom("exact", "bound"),
    why: orUndefined(text)
  }),
  stack: orMissing(
    list(record({ funcIndex: whole, name: orUndefined(text), codeOffset: orUndefined(whole) }))
  ),
  journal: record({
    entries: list(
      record({
        module: text,
        name: text,
        results: list(text),
        readBytes: whole,
        writes: list(record({ offset: whole, bytes: fc.uint8Array({ maxLength: 40 }) }))
      })
    ),
    dropped: whole
  })
})
