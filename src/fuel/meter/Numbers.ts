import { widened } from "./widened.ts"

/** A growing column of integers: four bytes each, where an array of objects would take a hundred. */
export class Numbers {
  #values: Int32Array<ArrayBuffer>
  length = 0

  constructor(capacity = 1024) {
    this.#values = new Int32Array(Math.max(capacity, 16))
  }

  push(value: number): void {
    if (this.length === this.#values.length) this.#values = widened(this.#values, this.length * 2)
    this.#values[this.length++] = value
  }

  at(index: number): number {
    return this.#values[index] ?? 0
  }

  set(index: number, value: number): void {
    this.#values[index] = value
  }
}
