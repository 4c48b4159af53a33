import type { Frame } from "./Frames.ts"

/**
 * Plain values as text and bytes, and back: what crosses between a process and its child.
 *
 * JSON with the few things that it lacks, and not V8's own serializer: what a child sends may be anybody's, and a
 * reader of JSON makes nothing of it but plain values no larger than the text. Objects come back without a prototype.
 *
 * ```
 *   { "$": "n", "v": "7" }  bigint      { "$": "f", "v": "nan" }  the numbers that JSON lacks
 *   { "$": "u" }            undefined   { "$": 1 | -4 | 4, "v": 0 }  bytes, int32, uint32: the part of that number
 * ```
 */
export class BadWire {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

/** *Returns* a `BadWire` for what has no form here: functions, symbols, maps, and what is nested too deeply. */
export const pack = (value: unknown): Frame | BadWire => {
  const parts: Array<Uint8Array<ArrayBuffer>> = []
  try {
    return { text: JSON.stringify(toTree(value, parts, 0)), parts }
  } catch (cause) {
    return new BadWire(cause instanceof Error ? cause.message : String(cause))
  }
}

/** *Returns* the value, or a `BadWire`. */
export const unpack = ({ text, parts }: Frame): unknown => {
  try {
    return fromTree(JSON.parse(text), parts, 0)
  } catch (cause) {
    return new BadWire(cause instanceof Error ? cause.message : String(cause))
  }
}

/** Nothing that is sent is half as deep. */
const DEPTH_MAX = 16

const toTree = (value: unknown, parts: Array<Uint8Array<ArrayBuffer>>, depth: number): unknown => {
  if (depth > DEPTH_MAX) throw new RangeError(`nested deeper than ${DEPTH_MAX}`)
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "undefined":
      return { $: "u" }
    case "bigint":
      return { $: "n", v: value.toString() }
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return { $: "f", v: Object.is(value, -0) ? "-0" : String(value) }
    case "object":
      break
    default:
      throw new TypeError(`a ${typeof value} could not be cloned`)
  }
  if (value === null) return null
  if (Array.isArray(value)) return value.map((one) => toTree(one, parts, depth + 1))
  const type = value instanceof Uint8Array ? 1 : value instanceof Int32Array ? -4 : 4
  if (value instanceof Uint8Array || value instanceof Int32Array || value instanceof Uint32Array) {
    parts.push(unshared(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)))
    return { $: type, v: parts.length - 1 }
  }
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value))
    throw new TypeError(`a ${value.constructor.name} could not be cloned`)
  const tree: Record<string, unknown> = Object.create(null)
  for (const [key, one] of Object.entries(value)) {
    if (key === "$") throw new TypeError("a field $ could not be cloned")
    if (one !== undefined) tree[key] = toTree(one, parts, depth + 1)
  }
  return tree
}

/** A pipe takes no shared memory. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes)

const fromTree = (tree: unknown, parts: Frame["parts"], depth: number): unknown => {
  if (depth > DEPTH_MAX) throw new RangeError(`nested deeper than ${DEPTH_MAX}`)
  if (typeof tree !== "object" || tree === null) return tree
  // In place: a copy of what has millions of objects in it would be three times as large as they are.
  if (Array.isArray(tree)) {
    for (let i = 0; i < tree.length; i++) tree[i] = fromTree(tree[i], parts, depth + 1)
    return tree
  }
  // JSON makes own fields of every key, `__proto__` included, so these are the text's and nobody else's.
  const fields = tree as Record<string, unknown>
  if (Object.hasOwn(fields, "$")) return special(fields["$"], fields["v"], parts)
  Object.setPrototypeOf(fields, null)
  for (const key of Object.keys(fields)) fields[key] = fromTree(fields[key], parts, depth + 1)
  return fields
}

const special = (kind: unknown, v: unknown, parts: Frame["parts"]): unknown => {
  if (kind === "u") return undefined
  if (kind === "n" && typeof v === "string" && /^-?\d{1,40}$/.test(v)) return BigInt(v)
  if (kind === "f") return v === "-0" ? -0 : v === "Infinity" ? Infinity : v === "-Infinity" ? -Infinity : NaN
  const part = typeof v === "number" ? parts[v] : undefined
  if (part === undefined) throw new TypeError(`no such part: ${String(v)}`)
  if (kind === 1) return part
  if (part.byteLength % 4 !== 0) throw new RangeError(`a part of ${part.byteLength} bytes is no words`)
  // A part has a buffer of its own, so its words are aligned.
  if (kind === -4) return new Int32Array(part.buffer, 0, part.byteLength / 4)
  if (kind === 4) return new Uint32Array(part.buffer, 0, part.byteLength / 4)
  throw new TypeError(`no such kind: ${String(kind)}`)
}
