import * as Effect from "effect/Effect"
import { BadArguments, localFunction, Munition } from "../../src/index.ts"

/** Collects on every thread there is, and tells what is left: two firings' difference is what the second one leaks. */
export const collectThere = (threads: number) =>
  Effect.gen(function* () {
    const collected = yield* Effect.forEach(
      Array.from({ length: threads }),
      () =>
        Munition.fire(COLLECT, "f", [], {
          hostFunctions: [collect],
          capabilities: ["host:collect"],
          timeout: "60s"
        }),
      // At once, so that each thread is given one.
      { concurrency: "unbounded" }
    )
    if (collected.some(({ values }) => values[0] !== 1))
      return yield* Effect.die(new Error("a thread could not collect"))
  })

export const collectHere = () => {
  gc()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { rss, heapUsed, arrayBuffers }
}

const { gc = () => expect("start it with node --expose-gc") } = globalThis as { readonly gc?: () => void } // The cast: only there with the flag.

const expect = (what: string): never => {
  throw new Error(what)
}

/** `(module (import "host" "collect" (func $f (result i32))) (func (export "f") (result i32) (call $f)))` */
const COLLECT = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f],
  ...[0x02, 0x10, 0x01, 0x04, ...Buffer.from("host"), 0x07, ...Buffer.from("collect"), 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x01],
  ...[0x0a, 0x06, 0x01, 0x04, 0x00, 0x10, 0x00, 0x0b]
)

const declared = localFunction({
  module: "host",
  name: "collect",
  results: ["i32"],
  capability: "host:collect",
  url: new URL("./collect.ts", import.meta.url).href,
  exportName: "collect"
})
const collect = declared instanceof BadArguments ? expect(declared.expected) : declared
