import type { Missing } from "./Missing.ts"

/**
 * What is taken from a failed instance at once, before anything else can touch it: the forensics of a crash.
 *
 * Every field is either the evidence or a `Missing` that says why there is none. Bytes are copies. Indices are
 * those of the guest's own module; nothing that the meter added is in here.
 */
export interface Evidence {
  readonly memories: ReadonlyArray<MemoryEvidence> | Missing
  readonly globals: ReadonlyArray<GlobalEvidence> | Missing
  readonly tables: ReadonlyArray<TableEvidence> | Missing
  readonly fuel: FuelEvidence
  readonly stack: ReadonlyArray<StackFrame> | Missing
  readonly journal: JournalEvidence
}

/** One linear memory as it was when the guest failed. */
export interface MemoryEvidence {
  readonly memoryIndex: number
  readonly pages: number
  /** Bytes per page, 65,536 unless the module says otherwise. */
  readonly pageBytes: number
  readonly bytes: Uint8Array | Missing
}

/** A mutable global; `value` is decimal text, for v128 `0x` and 32 hex digits, for references what they point at. */
export interface GlobalEvidence {
  readonly globalIndex: number
  readonly type: string
  readonly value: string | Missing
}

/** A table as function indices; -1 is null, -2 something that is not a function of this module. */
export interface TableEvidence {
  readonly tableIndex: number
  readonly type: string
  readonly length: number
  /** The first entries, up to the bound of what a capture reads; `length` says how many there were. */
  readonly elements: Int32Array | Missing
}

/** The account as it stood when the guest failed. */
export interface FuelEvidence {
  readonly allocated: number
  readonly used: number
  readonly remaining: number
  /**
   * `exact` when `used` is what was consumed, to the unit: it is then the same wherever the meter charges and
   * looks. `bound` when some of it may have been charged ahead, for instructions that the guest did not reach.
   */
  readonly exactness: "exact" | "bound"
  /** Why it is only a bound; `undefined` where it is exact. */
  readonly why: string | undefined
}

/** One frame of the guest's stack, innermost first; a host frame has no function index. */
export interface StackFrame {
  readonly funcIndex: number
  /** From the module's name section or its exports. */
  readonly name: string | undefined
  /** Byte offset in the original file, of the instruction that trapped or called. */
  readonly codeOffset: number | undefined
}

/** What the host answered, in order, and how many answers no longer fitted. */
export interface JournalEvidence {
  readonly entries: ReadonlyArray<JournalEntry>
  readonly dropped: number
}

/** One answer of a host function. Numbers are text as in `showValue`. */
export interface JournalEntry {
  readonly module: string
  readonly name: string
  readonly results: ReadonlyArray<string>
  /** Bytes of the guest's memory that the host function read: it pays for them as for those that it writes. */
  readonly readBytes: number
  /** What the host function wrote into the guest's memory. */
  readonly writes: ReadonlyArray<{ readonly offset: number; readonly bytes: Uint8Array }>
}
