import { memoryUsage } from "node:process"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { InstanceManager, Munition } from "../../src/index.ts"
import type { Resident } from "../../supervisors/Resident.ts"
import { parseWat } from "../guests/wat.ts"

/**
 * `node --expose-gc test/bench/residents.ts [RESIDENTS] [ROUNDS]`: guests of 64 KiB that stay, each having touched
 * 8 KiB, and answer calls in turn.
 *
 * Prints the memory of the process without them, with them, and when they have gone, and what a call costs.
 */
const count = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 2)

const GUEST = parseWat(
  "resident",
  `(module (memory 1) (func (export "next") (result i32)
    (memory.fill (i32.const 16) (i32.const 1) (i32.const 8176))
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))) (i32.load (i32.const 8))))`
)

const megabytes = (): number => {
  globalThis.gc?.()
  return Math.round(memoryUsage.rss() / 1e6)
}
const print = (line: string) => process.stdout.write(`${line}\n`)

const program = Effect.gen(function* () {
  const manager = yield* InstanceManager
  yield* Effect.scoped(Effect.flatMap(manager.reside(GUEST), (one) => one.call("next")))
  print(`without: ${megabytes()} MB`)
  const scope = yield* Scope.make()
  const began = performance.now()
  const residents: ReadonlyArray<Resident> = yield* Effect.forEach(
    Array.from({ length: count }, (_, i) => i),
    () => Scope.provide(manager.reside(GUEST), scope),
    { concurrency: 16 }
  )
  print(`${count} made: ${((performance.now() - began) / count).toFixed(2)} ms each, ${megabytes()} MB`)
  for (let round = 1; round <= rounds; round++) {
    const from = performance.now()
    for (const resident of residents) {
      const { values } = yield* resident.call("next", [], { fuel: 20_000 })
      if (values[0] !== round) return yield* Effect.die(new Error(`expected ${round}, got ${values[0]}`))
    }
    print(
      `round ${round}: ${(((performance.now() - from) / count) * 1e3).toFixed(0)} µs a call, ${megabytes()} MB`
    )
  }
  yield* Scope.close(scope, Exit.void)
  for (let i = 0; i < 10; i++) {
    yield* Effect.sleep(500)
    print(`gone for ${(i + 1) / 2} s: ${megabytes()} MB`)
  }
})

await Effect.runPromise(Effect.provide(program, Munition.layer({ threadsMax: 2 })))
