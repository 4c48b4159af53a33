/**
 * What the head of a guest says: what the file proves, and the firings that prove it.
 *
 * ```
 * ;;! proves: a loop of memory.fill cannot outrun its fuel        once a file
 * ;;! needs: exnref                                               engine features; skipped without them
 * ;;! fuel: 1e7                                                   before the first `fire`: for every firing
 * ;;! fire: main 1 2                                              opens a firing; the name may be a JSON string
 * ;;! timeout: 300                                                this firing's own setting
 * ;;! crashed: OutOfFuel | TimedOut                               exactly one of returned, crashed, refused
 * ;;! memory-at: 0x10 = 2a000000                                  and whatever else must hold afterwards
 * ```
 *
 * Sources in Rust, C and AssemblyScript write `//!` for `;;!`.
 */
export interface Header {
  readonly path: string
  readonly proves: string
  readonly needs: ReadonlyArray<string>
  readonly firings: ReadonlyArray<Firing>
}

export interface Firing {
  /** Where the `fire` line is, for messages. */
  readonly line: number
  readonly functionName: string
  readonly args: ReadonlyArray<string>
  readonly options: FiringOptions
  readonly expected: Expected
}

/** What a firing asks for; what is absent is left to the defaults of whoever fires. */
export interface FiringOptions {
  readonly fuel?: number
  readonly timeoutMs?: number
  /** Capabilities granted. */
  readonly grants: ReadonlyArray<string>
  /** Features that policy refuses by default: `threads`, `relaxed-simd`. */
  readonly allow: ReadonlyArray<string>
  /** Fields of the policy by name, such as `memoryPagesMax`. */
  readonly limits: ReadonlyMap<string, number>
  readonly nan?: "canonical"
}

export interface Expected {
  readonly ending: Ending
  /** The fuel charged, inclusive at both ends. */
  readonly fuelUsed?: Range
  readonly pages?: number
  readonly hostCalls?: Range
  /** What the guest logged, in order, as `level text`. */
  readonly logs?: ReadonlyArray<string>
  /** Bytes of the first memory in the dump of a crash, as hex. */
  readonly memoryAt: ReadonlyArray<{ readonly offset: number; readonly hex: string }>
  /** Mutable globals in the dump of a crash, by their index in the guest's module. */
  readonly globals: ReadonlyArray<{ readonly globalIndex: number; readonly value: string }>
}

export interface Range {
  readonly min: number
  readonly max: number
}

export type Ending =
  | { readonly outcome: "returned"; readonly values: ReadonlyArray<ExpectedValue> }
  | { readonly outcome: "crashed" | "refused"; readonly anyOf: ReadonlyArray<ExpectedReason> }

/** `value` is `_` where any will do: a time, a random number. */
export interface ExpectedValue {
  readonly type: string
  readonly value: string
}

/** `detail` is what tells two reasons of one tag apart: a trap's kind, a limit's name. */
export interface ExpectedReason {
  readonly tag: string
  readonly detail: string | undefined
}
