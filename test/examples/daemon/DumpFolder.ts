import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Crash, encodeDump } from "../../../src/index.ts"

/**
 * Where dumps go: one file a crash, named by its time, and as many of them as were allowed. The oldest makes room,
 * since whoever can make a guest crash could otherwise fill the disk.
 */
export class DumpFolder extends Context.Service<
  DumpFolder,
  {
    /** For `onCrash`: cannot fail, and says so in the log when a dump could not be written. */
    readonly write: (crash: Crash) => Effect.Effect<void>
  }
>()("example/DumpFolder") {
  static readonly layer = (directory: string, filesMax: number): Layer.Layer<DumpFolder> =>
    Layer.effect(
      DumpFolder,
      Effect.sync(() => {
        mkdirSync(directory, { recursive: true })
        const files = readdirSync(directory)
          .filter((name) => name.endsWith(".mntn"))
          .sort()
        let written = 0
        const write = (crash: Crash) =>
          Effect.try(() => {
            const at = new Date().toISOString().replaceAll(":", "-")
            const name = `${at}-${String(written++).padStart(6, "0")}.mntn`
            writeFileSync(join(directory, name), encodeDump(crash.forensics), { flag: "wx" })
            files.push(name)
            for (const old of files.splice(0, files.length - filesMax)) rmSync(join(directory, old))
          }).pipe(Effect.catch((error) => Effect.logError("a dump could not be written", error)))
        return DumpFolder.of({ write })
      })
    )
}
