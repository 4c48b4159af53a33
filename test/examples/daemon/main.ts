import { createServer, type Server } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as ByteSize from "effect/ByteSize"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { AuditLog, describeExitReason, Munition, Supervisor } from "../../../src/index.ts"
import { DumpFolder } from "./DumpFolder.ts"
import { Residents } from "./Residents.ts"
import { routes } from "./routes.ts"

/**
 * A daemon: WebAssembly comes in over HTTP and is fired, resident guests answer calls and are restarted when they
 * crash, everything is audited and counted, each crash leaves a dump, and SIGTERM ends it in order.
 *
 * ```
 *   HTTP server ─▶ residents under their supervisor ─▶ Munition ─▶ audit log
 * ```
 * An arrow is "needs". Layers end in the opposite order of their start, so that picture is also how it shuts down:
 * no new connection, requests that run are answered, residents are stopped the last one first, threads end, and the
 * log, which was told of all that, is closed. Each of these has a bound, and so has the whole.
 *
 * An application imports "munition" where these files import the sources beside them.
 */
const daemon = Layer.unwrap(
  Effect.gen(function* () {
    const port = yield* Config.Int("PORT").pipe(Config.withDefault(8080))
    const residents = yield* Config.String("RESIDENTS")
    const dumps = yield* Config.String("DUMPS")
    const audit = yield* Config.String("AUDIT_LOG")

    const log = AuditLog.layer({ file: audit })
    const munition = Munition.layerAudited({ ceiling: { fuelMax: 1_000_000_000, timeoutMsMax: 5_000 } })
    const server = createServer()
    const http = NodeHttpServer.layer(() => server, { port, gracefulShutdownTimeout: "10 seconds" })

    return HttpRouter.serve(Layer.merge(routes, closeConnections(server)), { disableLogger: true }).pipe(
      Layer.provide(http),
      Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.mebibytes(16))),
      Layer.provideMerge(Residents.layer(residents)),
      Layer.provide(DumpFolder.layer(dumps, 1_000)),
      Layer.provide(munition),
      Layer.provide(log)
    )
  })
)

/**
 * A connection that is kept alive keeps the server from ending, five seconds by Node's default: once it takes no new
 * ones, each answer is the last on its connection.
 */
const closeConnections = (server: Server) =>
  HttpRouter.middleware(
    (app) =>
      Effect.map(app, (response) =>
        server.listening ? response : HttpServerResponse.setHeader(response, "connection", "close")
      ),
    { global: true }
  )

/** Runs until it is told to end, or until the supervisor has restarted so often that it gives up. */
const program = Effect.gen(function* () {
  const supervisor = yield* Supervisor
  const reason = yield* supervisor.ended
  return yield* Effect.fail(`the supervisor gave up: ${describeExitReason(reason)}`)
}).pipe(Effect.provide(daemon))

NodeRuntime.runMain(program, {
  // Told to end, and ended in order: that is no failure.
  teardown: (exit, onExit) => onExit(exit._tag === "Failure" && !Cause.hasInterruptsOnly(exit.cause) ? 1 : 0)
})
