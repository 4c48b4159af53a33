/** Live JavaScript objects, as a daemon has them that does something: small ones that refer to each other. */
export interface Ballast {
  readonly bytes: number
  /** *Throws* where they are not all there; whoever calls it at the end has kept them until then. */
  readonly check: () => void
}

export const ballastOf = (bytesMin: number): Ballast => {
  const before = process.memoryUsage().heapUsed
  const kept: Array<ReadonlyArray<Entry>> = []
  let bytes = 0
  while (bytes < bytesMin) {
    kept.push(
      Array.from({ length: ENTRIES }, (_, i) => ({ id: i, name: `entry ${i}`, last: kept.at(-1)?.[i] }))
    )
    bytes = process.memoryUsage().heapUsed - before
  }
  return {
    bytes,
    check: () => {
      if (kept.some(({ length }) => length !== ENTRIES)) throw new Error("objects are gone")
    }
  }
}

interface Entry {
  readonly id: number
  readonly name: string
  readonly last: Entry | undefined
}

const ENTRIES = 100_000
