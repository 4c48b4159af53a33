import { expect, it } from "vitest"
import { readSources } from "../tidy/sources.ts"

const sources = new Map(readSources(["src"]).map((source) => [source.path, source]))

/** Everything outside the house that a file brings in when it runs, through whatever it imports. */
const broughtInBy = (path: string, seen = new Set<string>()): ReadonlySet<string> => {
  const found = new Set<string>()
  if (seen.has(path)) return found
  seen.add(path)
  for (const one of sources.get(path)?.imports ?? []) {
    if (one.typeOnly) continue
    for (const name of one.relative ? broughtInBy(one.target, seen) : [one.target]) found.add(name)
  }
  return found
}

it("brings nothing into the thread that runs guests but Node's own threads, and what writes notes", () => {
  // In a child process the thread writes its firings' phases at once; Node has its files loaded anyway.
  expect([...broughtInBy("src/runtime/worker/main.ts")].sort()).toEqual(["node:fs", "node:worker_threads"])
})

it("would see Effect, which takes 70 ms to load", () => {
  expect([...broughtInBy("src/runtime/makeGuestWorker.ts")]).toContain("effect/Effect")
})
