/**
 * How a host function reads and writes the guest's memory: bounds first, then the bound of this call, then the
 * price, and only then the bytes.
 *
 * One serves an instance; `begin` makes it that of the next call. It keeps what was written, for the journal, and the
 * first fault, so that a host function which ignores a fault cannot turn it into an answer: the caller looks at
 * `fault` after the call. Reads and writes are copies; a growth of the memory in between cannot detach them.
 */
export class HostMemory {
  readonly #bytes: () => Uint8Array
  readonly #charge: (bytes: number) => boolean
  readonly #noteWrite: (offset: number, length: number) => void
  #bound: AccessBound = NO_ACCESS
  #writes: Array<MemoryWrite> = []
  #readBytes = 0
  #writtenBytes = 0
  #fault: MemoryFault | undefined

  /**
   * @param bytes the memory as it is now; an empty array for a guest without one
   * @param charge takes the price of that many bytes from the account, `false` when it is empty
   * @param noteWrite told of each write, before it happens
   */
  constructor(
    bytes: () => Uint8Array,
    charge: (bytes: number) => boolean,
    noteWrite: (offset: number, length: number) => void = () => undefined
  ) {
    this.#bytes = bytes
    this.#charge = charge
    this.#noteWrite = noteWrite
  }

  /** Forgets the last call and opens the next one under its bound; before the first there is no access at all. */
  begin(bound: AccessBound): void {
    this.#bound = bound
    // Most calls write nothing: only an array that somebody may hold by now is replaced.
    if (this.#writes.length > 0) this.#writes = []
    this.#readBytes = 0
    this.#writtenBytes = 0
    this.#fault = undefined
  }

  /** A copy of `length` bytes from `offset`, or why not. */
  read(offset: number, length: number): Uint8Array | MemoryFault {
    const fault =
      this.check("read", offset, length) ??
      this.#within("read", this.#readBytes + length, this.#bound.readBytesMax) ??
      this.#pay("read", length)
    if (fault !== undefined) return fault
    this.#readBytes += length
    return this.#bytes().slice(offset, offset + length)
  }

  /** Writes the bytes at `offset`; *returns* why not, `undefined` when it did. */
  write(offset: number, bytes: Uint8Array): MemoryFault | undefined {
    const length = bytes.byteLength
    const fault =
      this.check("write", offset, length) ??
      this.#within("write", this.#writtenBytes + length, this.#bound.writeBytesMax) ??
      this.#pay("write", length)
    if (fault !== undefined) return fault
    this.#writtenBytes += length
    this.#noteWrite(offset, length)
    this.#bytes().set(bytes, offset)
    this.#writes.push({ offset, bytes: bytes.slice() })
    return undefined
  }

  /** Whether the range lies in memory; costs nothing and touches nothing. */
  check(access: "read" | "write", offset: number, length: number): MemoryFault | undefined {
    const bytesMax = this.#bytes().byteLength
    const fits =
      Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
        ? offset + length <= bytesMax
        : false
    return fits
      ? undefined
      : this.#fail("OutOfBounds", `${access} of ${length} bytes at ${offset}: memory has ${bytesMax}`)
  }

  /** The first access that was turned down in this call. */
  get fault(): MemoryFault | undefined {
    return this.#fault
  }

  /** How many bytes this call read and paid for so far. */
  get readBytes(): number {
    return this.#readBytes
  }

  /** What this call wrote so far, in order; the bytes are copies, and the array is the caller's to keep. */
  get writes(): ReadonlyArray<MemoryWrite> {
    return this.#writes.length > 0 ? this.#writes : NO_WRITES
  }

  #within(access: "read" | "write", total: number, bytesMax: number): MemoryFault | undefined {
    return total <= bytesMax
      ? undefined
      : this.#fail("OverBound", `${access}BytesMax: expected at most ${bytesMax} a call, got ${total}`)
  }

  #pay(access: "read" | "write", length: number): MemoryFault | undefined {
    return this.#charge(length) ? undefined : this.#fail("OutOfFuel", `${access} of ${length} bytes not paid`)
  }

  #fail(kind: MemoryFault["kind"], what: string): MemoryFault {
    const fault = new MemoryFault(kind, what)
    this.#fault ??= fault
    return fault
  }
}

/** An access that did not happen. `OutOfFuel` ends the firing as such; the others are the host call's failure. */
export class MemoryFault {
  readonly _tag = "MemoryFault"
  readonly kind: "OutOfBounds" | "OverBound" | "OutOfFuel"
  readonly what: string
  constructor(kind: MemoryFault["kind"], what: string) {
    this.kind = kind
    this.what = what
  }
}

/** How many bytes one call may read and write in all. */
export interface AccessBound {
  readonly readBytesMax: number
  readonly writeBytesMax: number
}

const NO_ACCESS: AccessBound = { readBytesMax: 0, writeBytesMax: 0 }

export interface MemoryWrite {
  readonly offset: number
  readonly bytes: Uint8Array
}

const NO_WRITES: ReadonlyArray<MemoryWrite> = []
