import { type Kernel, type Kind, kernels, type Work } from "./kernels.ts"
import type { Attach } from "./variants.ts"

/**
 * Something to time: a module, and how to do its work once.
 *
 * A run says what came out and what it was charged. Every variant of a subject must give the same answer, so that
 * nothing is timed that does something else.
 */
export interface Subject {
  readonly name: string
  readonly kind: Kind
  readonly wasm: Uint8Array<ArrayBuffer>
  /** As text; where it is absent, plain V8's is the right one. */
  readonly answer: string | undefined
  /** Makes instances of a variant's module; whatever is done once and not every time is done here. */
  readonly load: (module: WebAssembly.Module, attach: Attach) => Run
}

export type Run = () => Outcome

export interface Outcome {
  readonly answer: string
  /** Units; undefined where nothing counts them. */
  readonly fuel: number | undefined
}

/** The built-in suite: one instance of each, called again and again. */
export const builtIn = (): ReadonlyArray<Subject> =>
  kernels().map((kernel) => subjectOf(kernel, kernel.timed))

export const subjectOf = (kernel: Kernel, work: Work): Subject => ({
  name: kernel.name,
  kind: kernel.kind,
  wasm: kernel.wasm,
  answer: String(work.answer),
  load: (module, attach) => {
    const instance = new WebAssembly.Instance(module, {})
    const meter = attach(instance)
    meter.start()
    // The cast: every kernel exports it.
    const run = instance.exports["run"] as (argument: number) => number | bigint
    return () => {
      meter.open()
      const answer = String(run(work.argument))
      return { answer, fuel: meter.charged() }
    }
  }
})
