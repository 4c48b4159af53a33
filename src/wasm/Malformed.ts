/**
 * Bytes that are no WebAssembly module, and where.
 *
 * Readers in this folder throw it at the first byte that cannot be right; it leaves the folder as a value, by
 * way of {@link attempt}. Nothing else is thrown over a guest's bytes: anything else is a defect of ours.
 */
export class Malformed extends Error {
  readonly _tag = "Malformed"
  override readonly name = "Malformed"
  /** Byte offset from the start of the file. */
  readonly offset: number
  readonly what: string
  constructor(offset: number, what: string) {
    // Its own stack says where we read, which is of no interest and costs 20 µs.
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(`${what} (at offset 0x${offset.toString(16)})`)
    Error.stackTraceLimit = limit
    this.offset = offset
    this.what = what
  }
}

/** Runs a reader. *Returns* its answer, or the `Malformed` that it threw; any other exception passes through. */
export const attempt = <A>(read: () => A): A | Malformed => {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Malformed) return cause
    throw cause
  }
}
