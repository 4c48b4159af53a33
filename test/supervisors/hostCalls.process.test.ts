import { vi } from "vitest"

/** All that holds of guests in threads holds of guests in processes: the same tests, told to isolate. */
vi.mock("./munition.ts", async (importOriginal) => {
  const actual = await importOriginal<typeof import("./munition.ts")>()
  return { ...actual, ...actual.isolatedBy("process") }
})

await import("./hostCalls.test.ts")
