import { isMissing, Missing } from "../outcome/Missing.ts"
import type { ByteReader } from "./ByteReader.ts"
import type { ByteWriter } from "./ByteWriter.ts"

/**
 * One description of a shape that both writes and reads it, so that a dump's format is said once.
 *
 * A codec never throws: reading through a reader that failed gives something harmless of the right shape. A
 * JavaScript number is always an f64: exact up to 2^53, and no second width of integer that could be too small.
 */
export interface Codec<A> {
  /** The least that a value takes, at least 1: what a count is held against. */
  readonly bytesMin: number
  readonly write: (to: ByteWriter, value: A) => void
  readonly read: (from: ByteReader, thing: string) => A
}

const encoder = new TextEncoder()

/** Well-formed text; a lone surrogate, which no guest's name has, becomes U+FFFD. */
export const text: Codec<string> = {
  bytesMin: 4,
  write: (to, value) => {
    const bytes = encoder.encode(value)
    to.u32(bytes.byteLength)
    to.bytes(bytes)
  },
  read: (from, thing) => from.text(thing)
}

/** Any number at all, for what is only ever shown. */
export const number: Codec<number> = {
  bytesMin: 8,
  write: (to, value) => to.f64(value),
  read: (from, thing) => from.f64(thing)
}

const checked = (expected: string, accepts: (value: number) => boolean): Codec<number> => ({
  bytesMin: 8,
  write: (to, value) => to.f64(value),
  read: (from, thing) => {
    const at = from.at
    const value = from.f64(thing)
    if (from.failed !== undefined || accepts(value)) return value
    from.fail(`${thing}: expected ${expected}, got ${value}`, at)
    return 0
  }
})

/** A count, an index or an amount of fuel. */
export const whole = checked("a whole number from 0 to 2^53 - 1", (n) => Number.isSafeInteger(n) && n >= 0)

/** An index that may be negative, where that means something. */
export const integer = checked("an integer of at most 53 bits", Number.isSafeInteger)

/** Bytes as they are, copied out of the file when read. */
export const bytes: Codec<Uint8Array> = {
  bytesMin: 8,
  write: (to, value) => {
    to.u64(value.byteLength)
    to.bytes(value)
  },
  read: (from, thing) => from.view(from.u64(thing), thing).slice()
}

export const int32s: Codec<Int32Array> = {
  bytesMin: 4,
  write: (to, values) => {
    to.u32(values.length)
    for (const value of values) to.i32(value)
  },
  read: (from, thing) => {
    const values = new Int32Array(from.count(4, thing))
    for (let i = 0; i < values.length; i++) values[i] = from.i32(thing)
    return values
  }
}

/** One of a few words, as its index; the words' order is part of the format. */
export const word = <const W extends string>(words: readonly [W, ...ReadonlyArray<W>]): Codec<W> => ({
  bytesMin: 1,
  write: (to, value) => to.u8(words.indexOf(value)),
  read: (from, thing) => {
    const at = from.at
    const index = from.u8(thing)
    const found = words[index]
    if (found !== undefined) return found
    from.fail(`${thing}: expected 0..${words.length - 1}, got ${index}`, at)
    return words[0]
  }
})

export const list = <A>(entry: Codec<A>): Codec<ReadonlyArray<A>> => ({
  bytesMin: 4,
  write: (to, values) => {
    to.u32(values.length)
    for (const value of values) entry.write(to, value)
  },
  read: (from, thing) => {
    const count = from.count(entry.bytesMin, thing)
    const values: Array<A> = []
    for (let i = 0; i < count && from.failed === undefined; i++)
      values.push(entry.read(from, `${thing}[${i}]`))
    return values
  }
})

const alternatives = <A, B>(
  isSecond: (value: A | B) => value is B,
  first: Codec<A>,
  second: Pick<Codec<B>, "read" | "write">
): Codec<A | B> => ({
  bytesMin: 1,
  write: (to, value) => {
    if (isSecond(value)) {
      to.u8(0)
      second.write(to, value)
      return
    }
    to.u8(1)
    first.write(to, value)
  },
  read: (from, thing) => {
    const at = from.at
    const tag = from.u8(thing)
    if (tag === 1) return first.read(from, thing)
    if (tag !== 0) from.fail(`${thing}: expected 0 (absent) or 1 (present), got ${tag}`, at)
    return second.read(from, thing)
  }
})

/** The evidence, or why there is none. */
export const orMissing = <A>(present: Codec<A>): Codec<A | Missing> =>
  alternatives<A, Missing>(isMissing as (value: A | Missing) => value is Missing, present, {
    write: (to, missing) => text.write(to, missing.why),
    read: (from, thing) => new Missing(text.read(from, `${thing}.why`))
  })

export const orUndefined = <A>(present: Codec<A>): Codec<A | undefined> =>
  alternatives<A, undefined>((value): value is undefined => value === undefined, present, {
    write: () => {},
    read: () => undefined
  })

/** An object of exactly these fields, in the order in which they are given. */
export const struct = <A extends object>(fields: { readonly [K in keyof A]-?: Codec<A[K]> }): Codec<A> => {
  // Object.keys forgets the keys' type; the record was built from exactly these.
  const keys = Object.keys(fields) as Array<keyof A & string>
  return {
    bytesMin: Math.max(
      1,
      keys.reduce((sum, key) => sum + fields[key].bytesMin, 0)
    ),
    write: (to, value) => {
      for (const key of keys) fields[key].write(to, value[key])
    },
    read: (from, thing) => {
      const value: Partial<A> = {}
      for (const key of keys) value[key] = fields[key].read(from, `${thing}.${key}`)
      // Every key of A has been set by the loop.
      return value as A
    }
  }
}

/** A record with open keys, sorted, so that equal records have equal bytes. */
export const textRecord: Codec<Readonly<Record<string, string>>> = {
  bytesMin: 4,
  write: (to, record) => pairs.write(to, Object.entries(record).sort(byKey)),
  read: (from, thing) => Object.fromEntries(pairs.read(from, thing))
}

const byKey = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0

const pairs: Codec<ReadonlyArray<readonly [string, string]>> = list({
  bytesMin: 8,
  write: (to, [key, value]) => {
    text.write(to, key)
    text.write(to, value)
  },
  read: (from, thing) => [text.read(from, `${thing}.key`), text.read(from, `${thing}.value`)]
})
