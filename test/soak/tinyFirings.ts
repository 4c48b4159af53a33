import * as Effect from "effect/Effect"
import { Munition } from "../../src/index.ts"
import { collectHere, collectThere } from "./collecting.ts"

/**
 * A tiny guest, fired over and over, one firing after the other, by a thread or inline: a firing must leave nothing
 * behind. *Returns* the resident memory after each tenth, collection forced.
 */
export const tinyFirings = (firings: number, inline: boolean) => {
  const tenth = (number: number) =>
    Effect.gen(function* () {
      for (let i = 0; i < firings / 10; i++) {
        const { values } = yield* Munition.fire(TINY, "f", [i], { inline })
        if (values[0] !== i + 1) return yield* Effect.die(new Error(`firing ${i} returned ${values[0]}`))
      }
      yield* collectThere(1)
      return { tenth: number, ...collectHere() }
    })
  return Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], tenth).pipe(
    Effect.map((tenths) => ({ inline, firings, tenths })),
    Effect.provide(Munition.layer({ threadsMax: 1 }))
  )
}

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
