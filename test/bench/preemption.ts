import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Munition } from "../../src/index.ts"
import { parseWat } from "../guests/wat.ts"

/**
 * `node test/bench/preemption.ts [SPINNERS] [SECONDS]`: one scheduler, guests that spin for ever, and what a newcomer
 * and a deadline notice of them.
 *
 * Prints how late a newcomer is answered and a timeout of 200 ms is kept, how long the caller's event loop was held,
 * and how much fuel the spinners got, the least and the most of them.
 */
const spinners = Number(process.argv[2] ?? 1_000)
const seconds = Number(process.argv[3] ?? 10)

const SPIN = parseWat(
  "spin",
  `(module (memory 1) (func (export "main") (loop $l
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))) (br $l))))`
)
const ADD = parseWat(
  "add",
  `(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))`
)

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(effect, () => performance.now() - began)
  })

const program = Effect.gen(function* () {
  yield* Munition.fire(ADD, "add", [1, 2])
  yield* Effect.flip(Munition.fire(SPIN, "main", [], { fuel: 1_000 }))
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const used: Array<number> = []
  const spinning = yield* Effect.forEach(
    Array.from({ length: spinners }, (_, i) => i),
    () =>
      Effect.forkChild(
        Munition.fire(SPIN, "main", [], {
          fuel: 9e15,
          timeout: `${seconds + 2}s`,
          onCrash: (crash) => Effect.sync(() => void used.push(crash.metadata.fuel.used))
        })
      )
  )
  yield* Effect.sleep(1_000)
  delay.enable()
  const until = performance.now() + seconds * 1_000
  const answers: Array<number> = []
  const timeouts: Array<number> = []
  while (performance.now() < until) {
    answers.push(yield* timed(Munition.fire(ADD, "add", [1, 2])))
    const ended = yield* timed(Effect.flip(Munition.fire(SPIN, "main", [], { fuel: 9e15, timeout: 200 })))
    timeouts.push(ended - 200)
    yield* Effect.sleep(20)
  }
  delay.disable()
  yield* Effect.forEach(spinning, (fiber) => Fiber.await(fiber))
  return { answers, timeouts, used, heldMs: delay.max / 1e6, heldP99: delay.percentile(99) / 1e6 }
})

const show = (numbers: ReadonlyArray<number>): string => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (part: number) => (sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN).toFixed(1)
  return `median ${at(0.5)}, worst ${at(1)} of ${sorted.length}`
}

const { answers, timeouts, used, heldMs, heldP99 } = await Effect.runPromise(
  Effect.provide(program, Munition.layer({ threadsMax: 1 }))
)
const mean = used.reduce((sum, one) => sum + one, 0) / used.length
const share = (one: number) => `${((one / mean - 1) * 100).toFixed(1)} %`
const print = (line: string) => process.stdout.write(`${line}\n`)
print(`${spinners} spinners on one scheduler, ${seconds} s, Node ${process.versions.node}`)
print(`a newcomer is answered after, ms: ${show(answers)}`)
print(`a timeout of 200 ms is late by, ms: ${show(timeouts)}`)
print(`the caller's event loop was held for at most ${heldMs.toFixed(1)} ms, 99 in 100 ${heldP99.toFixed(1)}`)
print(
  `fuel of ${used.length} spinners: mean ${Math.round(mean)}, least ${share(Math.min(...used))}, most ${share(Math.max(...used))}`
)
