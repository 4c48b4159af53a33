import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../tidy/sources.ts"

/** One thing to time: an exported function and its arguments, long enough that a call of it is nothing. */
export interface Kernel {
  readonly name: string
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly functionName: string
  readonly args: ReadonlyArray<number | bigint>
}

const CALLS = [
  { functionName: "fib", args: [24] },
  { functionName: "count_primes", args: [20_000] },
  { functionName: "nested_loops", args: [600] },
  { functionName: "write_and_scan", args: [4_096] },
  { functionName: "spin", args: [500_000] }
] as const

/** The sampler in three languages: calls, division, loops, bytes, and a loop of nothing. */
export const kernels = (): ReadonlyArray<Kernel> =>
  ["rust", "c", "assemblyscript"].flatMap((language) => {
    const wasm = new Uint8Array(readFileSync(join(root, "test-wasm", language, "sampler.wasm")))
    return CALLS.map(({ functionName, args }) => ({
      name: `${language} ${functionName}`,
      wasm,
      functionName,
      args
    }))
  })
