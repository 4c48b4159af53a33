import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { Munition } from "../../../src/index.ts"
import { ADD, callsHost, localOf, SPIN } from "../../supervisors/munition.ts"

/**
 * A daemon to be killed: of its children one runs a guest that never ends, one is in a host function that never
 * returns, and one has nothing to do. Says so, and lives until somebody ends it.
 */
const fires = (wasm: Uint8Array, options: Parameters<typeof Munition.fire>[3]) =>
  Effect.forkChild(Effect.exit(Munition.fire(wasm, "main", [], { fuel: 9e15, timeout: "60s", ...options })), {
    startImmediately: true
  })

const bothRun = Deferred.makeUnsafe<void>()
let lines = 0
const logger = Logger.make(() => {
  if (++lines === 2) Deferred.doneUnsafe(bothRun, Exit.void)
})

const program = Effect.gen(function* () {
  yield* fires(SPIN, { capabilities: ["log"] })
  yield* fires(callsHost(), { hostFunctions: [localOf("hang")], capabilities: ["host:f", "log"] })
  yield* Munition.fire(ADD, "add", [1, 2])
  yield* Deferred.await(bothRun)
  yield* Effect.sync(() => void process.stdout.write("ready\n"))
  return yield* Effect.never
})

const layers = Layer.merge(Munition.layer({ isolation: "process", threadsMax: 3 }), Logger.layer([logger]))
Effect.runFork(Effect.provide(program, layers))
