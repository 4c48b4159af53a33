import { LimitExceeded } from "../../outcome/RefusedReason.ts"
import type { Module, SubType } from "../../wasm/Module.ts"

/**
 * How many types the modules of this process may still bring: V8 keeps every distinct one for the life of the
 * process, and at its limit it ends the process, which no thread and no `try` can stop.
 *
 * One count in shared memory for all threads, never given back. A function type of numbers alone is counted once a
 * thread; other types refer to others by index and are counted each time, which is too often and never too seldom.
 * So a daemon that compiles new modules for months is refused at some time, and says why, instead of dying.
 */
export class TypeBudget {
  readonly #used: Int32Array
  readonly #most: number
  readonly #known = new Set<string>()

  constructor(used: SharedArrayBuffer = makeTypeCount(), most = TYPES_OF_PROCESS_MAX) {
    this.#used = new Int32Array(used)
    this.#most = most
  }

  /** Takes what a module needs. *Returns* why not, and then took nothing. */
  take(module: Module): LimitExceeded | undefined {
    const fresh = new Set<string>()
    let count = 0
    for (const section of module.sections) {
      if (section.kind !== "type") continue
      for (const { rec, types } of section.groups)
        for (const type of types) {
          const shape = rec ? undefined : shapeOf(type)
          if (shape === undefined) count += type.composite.kind === "array" ? ARRAY_WEIGHT : 1
          else if (!this.#known.has(shape)) fresh.add(shape)
        }
    }
    const asked = count + fresh.size
    const used = Atomics.add(this.#used, 0, asked) + asked
    if (used > this.#most) {
      Atomics.sub(this.#used, 0, asked)
      return new LimitExceeded("typesOfProcessMax", this.#most, used)
    }
    for (const shape of fresh) this.#known.add(shape)
    return undefined
  }
}

/** V8 ends the process at 1,000,000 in its older versions that are supported, and at 2,000,000 now. */
export const TYPES_OF_PROCESS_MAX = 900_000

/** What an array type counts: the meter may add a function for each bulk operation on it, of a type of its own. */
const ARRAY_WEIGHT = 10

/** The count that all threads of a process share. */
export const makeTypeCount = (): SharedArrayBuffer => new SharedArrayBuffer(4)

/** A function type of numbers alone as text, `undefined` for any other type. */
const shapeOf = ({ form, composite }: SubType): string | undefined => {
  if (form !== "plain" || composite.kind !== "func") return undefined
  const { params, results } = composite
  if (![...params, ...results].every((type) => typeof type === "string")) return undefined
  return `${params.join(" ")}>${results.join(" ")}`
}
