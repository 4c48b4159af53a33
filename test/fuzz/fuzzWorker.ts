import { parentPort, workerData } from "node:worker_threads"
import { corpusOf, jobOf } from "./jobs.ts"
import { shrink } from "./shrink.ts"

/**
 * Works through jobs from a seed on and never stops by itself: who started it watches `at`, and ends it.
 *
 * A job that fails is made smaller and reported; the next goes on.
 */
export interface FuzzWork {
  readonly seed: number
  readonly corpus: ReadonlyArray<string>
  /** [0] the seed at work, [1] jobs done, [2] tries at making a failing one smaller. */
  readonly at: Int32Array
}

export interface Failure {
  readonly seed: number
  readonly kind: string
  readonly message: string
  readonly bytes: Uint8Array
}

const work = (port: NonNullable<typeof parentPort>, { seed, corpus: directories, at }: FuzzWork): void => {
  const corpus = corpusOf(directories)
  for (let next = seed; ; next++) {
    Atomics.store(at, 0, next)
    const job = jobOf(next, corpus)
    const first = failureOf(() => job.hold(job.numbers))
    if (first !== undefined) {
      const kindOf = (message: string) => message.split(":")[0]
      const smallest = shrink(job.numbers, (numbers) => {
        Atomics.add(at, 2, 1)
        const failure = failureOf(() => job.hold(numbers))
        return failure !== undefined && kindOf(failure) === kindOf(first)
      })
      const message = failureOf(() => job.hold(smallest)) ?? first
      const failure: Failure = { seed: next, kind: job.kind, message, bytes: job.bytesOf(smallest) }
      port.postMessage(failure)
    }
    Atomics.add(at, 1, 1)
  }
}

const failureOf = (hold: () => void): string | undefined => {
  try {
    hold()
    return undefined
  } catch (cause) {
    return cause instanceof Error && cause.name === "Broken" ? cause.message : String((cause as Error).stack)
  }
}

/**
 * Not while this module is still being evaluated: it imports modules that await, and V8 (Node 26) ends the process
 * with "Check failed: !is_null()" where a thread is terminated in the evaluation of such a module.
 */
const port = parentPort
// The cast: `fuzz.ts` hands over just that.
if (port !== null) setImmediate(() => work(port, workerData as FuzzWork))
