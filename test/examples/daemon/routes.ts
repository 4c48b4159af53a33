import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { type Crash, Munition, type Refused, type ResidentEnded, type Returned } from "../../../src/index.ts"
import { DumpFolder } from "./DumpFolder.ts"
import { Residents } from "./Residents.ts"

/**
 * The HTTP side. Each outcome has a status: what the guest did wrong is 422, what the caller did wrong 400, and 503
 * is for what is worth another try. A client that hangs up interrupts its fiber, and that stops its guest.
 */

/** `POST /fire/FUNCTION?arg=1&arg=2&fuel=10000`, with the module as its body: an instance for this request alone. */
const fire = HttpRouter.add(
  "POST",
  "/fire/:function",
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const dumps = yield* DumpFolder
    const { functionName, args, fuel } = yield* asked
    const wasm = new Uint8Array(yield* request.arrayBuffer)
    return yield* answer(Munition.fire(wasm, functionName, args, { fuel, onCrash: dumps.write }))
  })
)

/** `POST /residents/NAME/FUNCTION?arg=1`: a call of a guest that stays, and keeps what it has in memory. */
const call = HttpRouter.add(
  "POST",
  "/residents/:name/:function",
  Effect.gen(function* () {
    const residents = yield* Residents
    const { functionName, args, fuel, name } = yield* asked
    const resident = residents.find(name)
    if (resident === undefined) return problem(404, "NoResident", `no resident guest is called ${name}`)
    return yield* answer(resident.call(functionName, args, { fuel }))
  })
)

const asked = Effect.gen(function* () {
  const { url } = yield* HttpServerRequest.HttpServerRequest
  const { name = "", function: functionName = "" } = yield* HttpRouter.params
  const { searchParams } = new URL(url, "http://daemon")
  const fuel = searchParams.get("fuel") ?? undefined
  // Arguments stay text: Munition reads them as the types of the function's parameters.
  return { name, functionName, args: searchParams.getAll("arg"), fuel }
})

const answer = <R>(outcome: Effect.Effect<Returned, Crash | Refused | ResidentEnded, R>) =>
  outcome.pipe(
    Effect.map(({ metadata }) =>
      HttpServerResponse.jsonUnsafe({ values: metadata.typed, fuel: metadata.fuel.used })
    ),
    Effect.catchTags({
      Crash: ({ reason, message }) => Effect.succeed(problem(422, reason._tag, message)),
      Refused: ({ reason, message }) =>
        Effect.succeed(problem(isBusy(reason) ? 503 : 400, reason._tag, message)),
      ResidentEnded: ({ _tag, message }) => Effect.succeed(problem(503, _tag, message))
    })
  )

/** The two bounds that it helps to wait for. */
const isBusy = (reason: Refused["reason"]): boolean =>
  reason._tag === "LimitExceeded" && (reason.limit === "waitingMax" || reason.limit === "mailboxMax")

const problem = (status: number, reason: string, message: string) =>
  HttpServerResponse.jsonUnsafe({ reason, message }, { status })

/** With `GET /metrics`, which shows what Munition counts beside what the application does. */
export const routes = Layer.mergeAll(fire, call, PrometheusMetrics.layerHttp())
