import * as Effect from "effect/Effect"
import { BadArguments, localFunction, Munition } from "../../src/index.ts"

/**
 * Fires a tiny guest over and over in one process and prints its resident memory after each tenth, collection
 * forced: a firing must leave nothing behind.
 *
 *     node --expose-gc test/soak/soak.ts [firings] [inline]
 */
const FIRINGS = Number(process.argv[2] ?? 10_000)
const inline = process.argv.includes("inline")

/** `(module (memory 1) (func (export "f") (param i32) (result i32) (i32.store …) (i32.add …)))` */
const TINY = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x05, 0x03, 0x01, 0x00, 0x01],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
  ...[
    0x0a, 0x10, 0x01, 0x0e, 0x00, 0x41, 0x10, 0x20, 0x00, 0x36, 0x02, 0x00, 0x20, 0x00, 0x41, 0x01, 0x6a, 0x0b
  ]
)

/** `(module (import "host" "collect" (func $f (result i32))) (func (export "f") (result i32) (call $f)))` */
const COLLECT = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f],
  ...[0x02, 0x10, 0x01, 0x04, ...Buffer.from("host"), 0x07, ...Buffer.from("collect"), 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x01],
  ...[0x0a, 0x06, 0x01, 0x04, 0x00, 0x10, 0x00, 0x0b]
)
const collectThere = localFunction({
  module: "host",
  name: "collect",
  results: ["i32"],
  capability: "host:collect",
  url: new URL("./collect.ts", import.meta.url).href,
  exportName: "collect"
})
if (collectThere instanceof BadArguments) throw new Error(collectThere.expected)

const collect = (globalThis as { readonly gc?: () => void }).gc // Only there with --expose-gc.
if (collect === undefined) throw new Error("start it as node --expose-gc test/soak/soak.ts")

const tenth = (number: number) =>
  Effect.gen(function* () {
    for (let i = 0; i < FIRINGS / 10; i++) {
      const { values } = yield* Munition.fire(TINY, "f", [i], { inline })
      if (values[0] !== i + 1) return yield* Effect.die(new Error(`firing ${i} returned ${values[0]}`))
    }
    const { values } = yield* Munition.fire(COLLECT, "f", [], {
      hostFunctions: [collectThere],
      capabilities: ["host:collect"],
      timeout: "60s"
    })
    if (values[0] !== 1) return yield* Effect.die(new Error("the thread could not collect"))
    collect()
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
    return { tenth: number, rss, heapUsed, arrayBuffers }
  })

const tenths = await Effect.runPromise(
  Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], tenth).pipe(
    Effect.provide(Munition.layer({ threadsMax: 1 }))
  )
)
console.log(
  JSON.stringify({
    node: process.versions.node,
    inline,
    firings: FIRINGS,
    ms: Math.round(performance.now()),
    tenths
  })
)
