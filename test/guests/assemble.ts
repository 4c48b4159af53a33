/**
 * The few pieces of the binary format that the bombs are made of. Knows nothing of validity: a bomb may be wrong.
 */
export type Bytes = ReadonlyArray<number> | Uint8Array

export const module = (...sections: ReadonlyArray<Bytes>): Uint8Array<ArrayBuffer> =>
  concat([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections)

/** A section of `count` entries. */
export const section = (
  id: number,
  count: number,
  ...entries: ReadonlyArray<Bytes>
): Uint8Array<ArrayBuffer> => {
  const length = uleb(count)
  const size = entries.reduce((sum, e) => sum + e.length, length.length)
  return concat([id], uleb(size), length, ...entries)
}

/** A function body: runs of locals as `[count, type]`, then the instructions, `end` included. */
export const body = (
  locals: ReadonlyArray<readonly [count: number, type: number]>,
  ...code: ReadonlyArray<Bytes>
): Uint8Array<ArrayBuffer> => {
  const runs = locals.flatMap(([count, type]) => [...uleb(count), type])
  const content = concat(uleb(locals.length), runs, ...code)
  return concat(uleb(content.length), content)
}

/** `name` exported as function `funcIndex`. */
export const exported = (name: string, funcIndex: number): Bytes => [
  ...uleb(name.length),
  ...Buffer.from(name),
  0,
  ...uleb(funcIndex)
]

export const uleb = (value: number): ReadonlyArray<number> =>
  value < 128 ? [value] : [(value % 128) | 128, ...uleb(Math.floor(value / 128))]

/** The same bytes `times` over. */
export const repeat = (times: number, bytes: ReadonlyArray<number>): Uint8Array<ArrayBuffer> => {
  const filled = new Uint8Array(times * bytes.length)
  for (let i = 0; i < filled.length; i++) filled[i] = bytes[i % bytes.length] ?? 0
  return filled
}

const concat = (...parts: ReadonlyArray<Bytes>): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
