import * as Effect from "effect/Effect"
import { type FireOptions, type HostFunction, localFunction, remoteFunction } from "../../src/index.ts"
import { declared } from "../runtime/fireHere.ts"

/** What `env.ask`, the import of `attacks/host-calls.wat`, may be, as the options that offer and grant it. */
const ask = { module: "env", name: "ask", results: ["i32"], capability: "host:ask" } as const

const offering = (one: HostFunction): FireOptions => ({ hostFunctions: [one], capabilities: ["host:ask"] })

export const hostFunction = {
  /** An export of `hostModule.ts`. */
  local: (exportName: "explode" | "reach"): FireOptions =>
    offering(
      declared(localFunction({ ...ask, url: new URL("./hostModule.ts", import.meta.url).href, exportName }))
    ),
  /** An Effect; `thread` only. */
  remote: (run: () => Effect.Effect<number, unknown>): FireOptions =>
    offering(declared(remoteFunction({ ...ask, run: () => Effect.map(run(), (result) => ({ result })) })))
}
