import { widened } from "./widened.ts"

/**
 * The labels that are open at one place of a function, innermost last, as columns of numbers.
 *
 * Real modules nest 3,289 deep in bodies of a megabyte, so there is no recursion and no object a label.
 */
export class ControlStack {
  depth = 0
  /** The action that opened it (`BLOCK`, `LOOP` …), or after an `else` that. */
  kind = new Uint8Array(64)
  /** Operands below the block's parameters. */
  base = new Int32Array(64)
  params = new Int32Array(64)
  results = new Int32Array(64)
  /** `LABEL_…` bits of the branches to here. */
  label = new Uint8Array(64)
  /** Whether the block was entered by code that can run at all. */
  live = new Uint8Array(64)

  push(kind: number, base: number, params: number, results: number, live: boolean): void {
    if (this.depth === this.kind.length) this.#grow()
    const at = this.depth++
    this.kind[at] = kind
    this.base[at] = base
    this.params[at] = params
    this.results[at] = results
    this.label[at] = 0
    this.live[at] = live ? 1 : 0
  }

  /** Notes on the label `label` levels out what branches to it. */
  target(label: number, bits: number): void {
    const at = this.depth - 1 - label
    if (at >= 0) this.label[at] = (this.label[at] ?? 0) | bits
  }

  #grow(): void {
    const size = this.kind.length * 2
    this.kind = widened(this.kind, size)
    this.base = widened(this.base, size)
    this.params = widened(this.params, size)
    this.results = widened(this.results, size)
    this.label = widened(this.label, size)
    this.live = widened(this.live, size)
  }
}
