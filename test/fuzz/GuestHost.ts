/**
 * The host of a generated module: what its four imports do, and what it saw of them.
 *
 * `log` returns, `poke` writes the guest's memory, `boom` throws now and then (an `Error`, which a guest can
 * catch), `back` calls into the guest again. None does anything before the guest's start function is through, so
 * that it does not matter whether there is an instance already.
 */
export class GuestHost {
  /** What was called, in order. */
  readonly calls: Array<string> = []
  #exports: WebAssembly.Exports = {}
  #depth = 0

  readonly imports: WebAssembly.Imports = {
    host: {
      log: (value: number) => {
        this.#note("log", value)
        return (value * 31 + this.calls.length) | 0
      },
      poke: (address: number, value: number) => {
        this.#note("poke", address, value)
        const memory = this.#exports["memory0"]
        if (!(memory instanceof WebAssembly.Memory)) return
        const bytes = new Uint8Array(memory.buffer)
        bytes[(address >>> 0) % bytes.length] = value
      },
      boom: (value: number) => {
        this.#note("boom", value)
        if ((value & 7) === 3) throw new Error("boom")
        return value + 1
      },
      back: (value: number) => {
        this.#note("back", value)
        const again = this.#exports["back"]
        if (typeof again !== "function" || this.#depth > 1) return value
        this.#depth++
        try {
          return again(value)
        } finally {
          this.#depth--
        }
      }
    }
  }

  /** What is done before anything else, at every call. */
  look: () => void = () => {}

  /** The guest is there, its start function is through. */
  ready(exports: WebAssembly.Exports): void {
    this.#exports = exports
  }

  #note(...what: ReadonlyArray<unknown>): void {
    this.look()
    // A guest that calls for ever is stopped by somebody else; this only bounds what is kept.
    if (this.calls.length < CALLS_MAX) this.calls.push(what.join(" "))
  }
}

const CALLS_MAX = 100_000
