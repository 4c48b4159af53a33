/**
 * Readers of plain values that anybody may have sent: each gives a copy of what it knows, or says what is wrong.
 *
 * Nothing of the original is passed on that has not been looked at, and a field that is not named is not copied.
 */
export type Shape<A> = (value: unknown) => A | Wrong

/** Where something is not as expected, and what is there. */
export class Wrong {
  readonly path: string
  readonly expected: string
  readonly got: unknown
  constructor(path: string, expected: string, got: unknown) {
    this.path = path
    this.expected = expected
    this.got = got
  }

  at(step: string): Wrong {
    return new Wrong(`.${step}${this.path}`, this.expected, this.got)
  }

  get what(): string {
    const got = typeof this.got === "number" ? String(this.got) : this.got === null ? "null" : typeof this.got
    return `${this.path.slice(1)}: expected ${this.expected}, got ${got}`
  }
}

const is =
  <A>(expected: string, fits: (value: unknown) => value is A): Shape<A> =>
  (value) =>
    fits(value) ? value : new Wrong("", expected, value)

export const text = is("text", (value) => typeof value === "string")
/** A whole number that is not negative: an index, a count, a size. */
export const count = is(
  "a count",
  (value): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0
)
export const integer = is(
  "an integer",
  (value): value is number => typeof value === "number" && Number.isSafeInteger(value)
)
export const duration = is(
  "a duration",
  (value): value is number => typeof value === "number" && value >= 0 && Number.isFinite(value)
)
export const flag = is("a boolean", (value) => typeof value === "boolean")
export const bytes = is("bytes", (value) => value instanceof Uint8Array)
export const int32s = is("32-bit integers", (value) => value instanceof Int32Array)

export const literal = <const A extends ReadonlyArray<string>>(...words: A): Shape<A[number]> =>
  is(words.slice(0, 12).join(" or "), (value): value is A[number] => words.some((word) => word === value))

export const optional =
  <A>(shape: Shape<A>): Shape<A | undefined> =>
  (value) =>
    value === undefined ? undefined : shape(value)

export const either =
  <A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> =>
  (value) => {
    const read = first(value)
    if (!(read instanceof Wrong)) return read
    const other = second(value)
    return other instanceof Wrong ? read : other
  }

export const list =
  <A>(shape: Shape<A>, lengthMax = 2 ** 22): Shape<ReadonlyArray<A>> =>
  (value) => {
    if (!Array.isArray(value) || value.length > lengthMax)
      return new Wrong("", `a list of at most ${lengthMax}`, value)
    const read: Array<A> = []
    for (let i = 0; i < value.length; i++) {
      const one = shape(value[i])
      if (one instanceof Wrong) return one.at(String(i))
      read.push(one)
    }
    return read
  }

/** An object with these fields; others are left behind. */
export const record = <A extends object>(fields: { readonly [K in keyof A]-?: Shape<A[K]> }): Shape<A> => {
  const names = Object.keys(fields)
  return (value) => {
    if (typeof value !== "object" || value === null) return new Wrong("", "an object", value)
    const read: Record<string, unknown> = {}
    for (const name of names) {
      // The casts: `names` are the keys of `fields`, and what their shapes give is what A has there.
      const one = (fields as Readonly<Record<string, Shape<unknown>>>)[name]?.(
        Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
      )
      if (one instanceof Wrong) return one.at(name)
      read[name] = one
    }
    return read as A
  }
}

/** One of several records, told apart by the text in the field `by`. */
export const tagged =
  <A extends object>(by: string, shapes: Readonly<Record<string, Shape<A>>>): Shape<A> =>
  (value) => {
    const tag: unknown =
      typeof value === "object" && value !== null && Object.hasOwn(value, by) ? Reflect.get(value, by) : value
    const shape = typeof tag === "string" && Object.hasOwn(shapes, tag) ? shapes[tag] : undefined
    return shape === undefined
      ? new Wrong(`.${by}`, Object.keys(shapes).slice(0, 12).join(" or "), tag)
      : shape(value)
  }
