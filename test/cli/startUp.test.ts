import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { settle } from "../../src/cli/manager.ts"
import { startThread } from "../../src/runtime/startThread.ts"
import { InstanceManager } from "../../supervisors/InstanceManager.ts"
import { root } from "../tidy/sources.ts"
import { inScratch, munition, sampler } from "./runMunition.ts"

/** Writes what the process's own thread has loaded into a file, when it ends. */
const listing = (path: string) =>
  `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module"
  import { writeFileSync } from "node:fs"
  const loaded = []
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
  process.on("exit", () => writeFileSync(${JSON.stringify(path)}, loaded.join("\\n")))
`)}`

const loadedBy = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const path = inScratch("loaded")
  const ran = await munition(args, { env: { NODE_OPTIONS: `--import=${listing(path)}` } })
  expect(ran.status).toBe(0)
  return readFileSync(path, "utf8").split("\n")
}

/** The modules of a list that one of the patterns matches, by the end of their paths. */
const among = (loaded: ReadonlyArray<string>, ...patterns: ReadonlyArray<RegExp>) =>
  loaded.filter((url) => patterns.some((pattern) => pattern.test(url)))

describe("the start of the command", () => {
  it("loads for a firing neither barrels, schemas, loggers nor charts, and none of what runs the guest", async () => {
    const loaded = await loadedBy("fire", sampler, "add", "1", "2")
    expect(
      among(loaded, /\/effect\/dist\/(index|Schema|Logger|Stream)\.js$/, /xstate|viz-js|platform-node|fflate/)
    ).toEqual([])
    expect(among(loaded, /src\/cli\/(inspect|validate|meter|completion|guestLog)\./)).toEqual([])
    expect(among(loaded, /src\/runtime\/(fireInline|worker\/(V8Engine|runFiring))\./)).toEqual([])
    expect(among(loaded, /src\/forensics\/(Analyser|decodeDump|encodeDump)\./)).toEqual([])
    expect(among(loaded, /src\/cli\/fire\./)).toHaveLength(1)
  })

  it("loads for the help nothing of Effect", async () => {
    expect(among(await loadedBy("help"), /\/effect\/dist\//, /supervisors/)).toEqual([])
  })

  it("lists the statecharts without loading any, and writes one without what lays pictures out", async () => {
    expect(among(await loadedBy("chart"), /xstate|viz-js/, /actors\/[A-Z]/)).toEqual([])
    expect(among(await loadedBy("chart", "instance", "--format", "json"), /viz-js/)).toEqual([])
  })

  it("fires on another thread when the one that was started ahead has died", async () => {
    const thread = startThread()
    await thread.worker.terminate()
    const wasm = readFileSync(join(root, sampler))
    const settled = await settle(
      InstanceManager.use((manager) => Effect.map(manager.fire(wasm, "add", [1, 2]), ({ values }) => values)),
      thread
    )
    expect(settled).toEqual({ kind: "succeeded", value: [3] })
  })
})
