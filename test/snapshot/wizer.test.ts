import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { parseWat } from "../guests/wat.ts"
import { root } from "../tidy/sources.ts"
import { findWizer, WIZER_VERSION } from "./findWizer.ts"
import { freshState, refusal, stateText, taken } from "./takeSnapshot.ts"
import { withInit } from "./withInit.ts"

/**
 * Snapshots held against Wizer's: of the same guest and the same initialiser, an instance of its module and one of
 * ours begin in the same state.
 *
 * Skipped, saying so, where there is no Wizer; see `findWizer.ts` for where it cannot be skipped.
 */
const { wizer, missing, remove } = findWizer()
const place = mkdtempSync(join(tmpdir(), "munition-wizer-"))
afterAll(() => {
  remove()
  rmSync(place, { recursive: true, force: true })
})

/** What Wizer makes of a guest whose initialiser is `init`. */
const wizerOf = (guest: Uint8Array): Uint8Array<ArrayBuffer> => {
  const [from, to] = [join(place, "guest.wasm"), join(place, "made.wasm")]
  writeFileSync(from, guest)
  const features = ["--wasm-bulk-memory=true", "--wasm-multi-memory=true"]
  const { status, stderr } = spawnSync(wizer, [from, "--init-func", "init", "-o", to, ...features], {
    encoding: "utf8",
    timeout: 60_000
  })
  if (status !== 0) throw new Error(stderr)
  return new Uint8Array(readFileSync(to))
}

const built = (path: string) => new Uint8Array(readFileSync(join(root, "test-wasm", path)))

const SIEVE = parseWat(
  "sieve",
  `(module (memory (export "memory") 2) (global $count (mut i32) (i32.const 0)) (export "count" (global $count))
    (func (export "init") (local $i i32) (local $j i32)
      (local.set $i (i32.const 2))
      (loop $outer
        (if (i32.eqz (i32.load8_u (local.get $i))) (then
          (global.set $count (i32.add (global.get $count) (i32.const 1)))
          (local.set $j (i32.mul (local.get $i) (i32.const 2)))
          (block $done (loop $inner
            (br_if $done (i32.ge_u (local.get $j) (i32.const 100000)))
            (i32.store8 (local.get $j) (i32.const 1))
            (local.set $j (i32.add (local.get $j) (local.get $i))) (br $inner)))))
        (br_if $outer
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000))))))`
)

const PIECES = parseWat(
  "pieces",
  `(module (memory 1 40) (memory 1) (table 2 funcref) (elem (i32.const 0) func $init) (data (i32.const 7) "seven")
    (global $a (mut i64) (i64.const 1)) (global $b (mut f32) (f32.const 0)) (global i32 (i32.const 3))
    (func $init (export "init") (local $at i32)
      (global.set $a (i64.const -3)) (global.set $b (f32.const -0.5))
      (drop (memory.grow (i32.const 3))) (memory.copy (i32.const 200000) (i32.const 7) (i32.const 5))
      (i32.store 1 (i32.const 65000) (i32.const 0x01000001))
      (loop $next (i32.store8 (local.get $at) (i32.const 9))
        (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 11))) (i32.const 60000)))))
    (func $start (i32.store8 (i32.const 100) (i32.const 1))) (start $start))`
)

/** Each calls an export of a built guest once, since Wizer wants an initialiser that gives nothing back. */
const BUILT = [
  ["rust/sampler", "increment", 1],
  ["c/sampler", "increment_by", 7],
  ["assemblyscript/sampler", "increment", 1],
  ["kernels/allocator", "run", 20],
  ["kernels/tree", "run", 20],
  ["kernels/hash", "run", 20],
  ["kernels/json", "run", 1],
  ["kernels/sort", "run", 20]
] as const

const GUESTS: ReadonlyArray<readonly [name: string, guest: Uint8Array<ArrayBuffer>]> = [
  ["a sieve", SIEVE],
  ["memories that grew, globals and a start function", PIECES],
  ...BUILT.map(([path, name, arg]) => [path, withInit(built(`${path}.wasm`), name, arg)] as const)
]

// Where there is no Wizer the title says why.
describe.skipIf(missing !== undefined)(
  `snapshots and Wizer ${WIZER_VERSION}${missing === undefined ? "" : `, not compared here: ${missing}`}`,
  () => {
    it.each(GUESTS)("begin in the same state, and ours is no larger: %s", (_, guest) => {
      const theirs = wizerOf(guest)
      const ours = taken(guest)
      expect(stateText(freshState(ours.bytes))).toBe(stateText(freshState(theirs)))
      expect(ours.bytes.length).toBeLessThanOrEqual(theirs.length)
    })

    it("are seen to differ when the initialiser is another", () => {
      const counted = (by: number) => withInit(built("rust/sampler.wasm"), "increment_by", by)
      const theirs = wizerOf(counted(1))
      const ours = taken(counted(2))
      expect(stateText(freshState(theirs))).not.toBe(stateText(freshState(ours.bytes)))
    })

    it("both refuse memory that is imported", () => {
      const guest = parseWat("guest", `(module (import "a" "b" (memory 1)) (func (export "init")))`)
      expect(() => wizerOf(guest)).toThrow(/memor/)
      expect(refusal(guest)).toBe("its memory a.b is imported")
    })
  }
)
