import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/closingLine.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    // Two cores, and a test of a firing starts a worker of its own: more forks only wait for each other.
    maxWorkers: 2,
    reporters: ["default", new ClosingLine()]
  }
})
