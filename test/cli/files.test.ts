import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readBounded, writeWhole } from "../../src/cli/files.ts"
import { inScratch } from "./runMunition.ts"

const place = (name: string): string => {
  mkdirSync(inScratch(name))
  return inScratch(name)
}
const bytes = Uint8Array.of(1, 2, 3)

describe("the command's files", () => {
  it.effect("reads a file at the bound and refuses one above it", () =>
    Effect.gen(function* () {
      const path = join(place("bound"), "three")
      writeFileSync(path, bytes)
      expect([...(yield* readBounded(path, "bytesMax", 3))]).toEqual([1, 2, 3])
      expect(yield* Effect.flip(readBounded(path, "bytesMax", 2))).toMatchObject({
        reason: { _tag: "LimitExceeded", limit: "bytesMax", bound: 2, value: 3 }
      })
    })
  )

  it.effect("replaces a file by one of the asked mode and leaves nothing beside it", () =>
    Effect.gen(function* () {
      const folder = place("replace")
      const path = join(folder, "dump")
      writeFileSync(path, "old")
      yield* writeWhole(path, bytes, 0o600)
      expect([...readFileSync(path)]).toEqual([1, 2, 3])
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(readdirSync(folder)).toEqual(["dump"])
    })
  )

  it.effect("writes through a symbolic link and keeps it", () =>
    Effect.gen(function* () {
      const folder = place("link")
      writeFileSync(join(folder, "real"), "old")
      symlinkSync("real", join(folder, "link"))
      yield* writeWhole(join(folder, "link"), bytes, 0o600)
      expect([...readFileSync(join(folder, "real"))]).toEqual([1, 2, 3])
    })
  )

  it.effect("writes into a device instead of replacing it", () =>
    Effect.gen(function* () {
      yield* writeWhole("/dev/null", bytes, 0o600)
      expect(statSync("/dev/null").isCharacterDevice()).toBe(true)
    })
  )

  it.effect("fails for a directory, naming the path", () =>
    Effect.gen(function* () {
      const folder = place("directory")
      chmodSync(folder, 0o755)
      expect(yield* Effect.flip(readBounded(folder, "bytesMax", 3))).toMatchObject({
        operation: "read",
        path: folder
      })
      expect(yield* Effect.flip(writeWhole(folder, bytes, 0o600))).toMatchObject({
        operation: "write",
        path: folder
      })
    })
  )
})
