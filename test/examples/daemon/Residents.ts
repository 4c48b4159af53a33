import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Munition, type Resident, Supervisor } from "../../../src/index.ts"
import { DumpFolder } from "./DumpFolder.ts"

/**
 * The guests that stay: one for each module of a folder, under a supervisor that restarts the one that crashed.
 *
 * A supervisor knows its children by id, and callers do not want to know whether theirs was restarted meanwhile. So
 * each start leaves what it started in a map, as an OTP process would register its name.
 */
export class Residents extends Context.Service<
  Residents,
  {
    /** The one of that name that was started last; one that is just being restarted answers `ResidentEnded`. */
    readonly find: (name: string) => Resident | undefined
  }
>()("example/Residents") {
  static readonly layer = (folder: string) =>
    Layer.unwrap(
      Effect.gen(function* () {
        const dumps = yield* DumpFolder
        const started = new Map<string, Resident>()
        const children = readdirSync(folder)
          .filter((file) => file.endsWith(".wasm"))
          .sort()
          .map((file) => {
            const id = basename(file, ".wasm")
            const wasm = new Uint8Array(readFileSync(join(folder, file)))
            const start = Munition.reside(wasm, { fuel: 1_000_000, timeout: "1s", onCrash: dumps.write })
            return {
              id,
              start: Effect.tap(start, (resident) => Effect.sync(() => started.set(id, resident)))
            }
          })
        return Layer.merge(
          Supervisor.layer({ strategy: "one_for_one", intensity: 5, periodSeconds: 10 }, children),
          Layer.succeed(Residents, Residents.of({ find: (name) => started.get(name) }))
        )
      })
    )
}
