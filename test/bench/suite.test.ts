import { describe, expect, it } from "vitest"
import { parseWat } from "../guests/wat.ts"
import { measure } from "./measure.ts"
import { commandSubject, loadShim } from "./suite.ts"
import { makeVariants } from "./variants.ts"

/**
 * Writes one letter, the one with the number that the file `x` beside it has of bytes; goes round as often as the
 * clock says; exits with 5 where its start function ran, with 4 where not.
 */
const COMMAND = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "bench" "start" (func $begin))
  (memory (export "memory") 1)
  (data (i32.const 0) "x")
  (global $started (mut i32) (i32.const 0))
  (func $start (global.set $started (i32.const 1)))
  (start $start)
  (func $spin (param $n i64)
    (loop $again
      (local.set $n (i64.sub (local.get $n) (i64.const 1)))
      (br_if $again (i64.gt_s (local.get $n) (i64.const 0)))))
  (func (export "_start")
    (call $begin)
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8))
      (then (unreachable)))
    (i32.store (i32.const 16) (i32.const 100))
    (i32.store (i32.const 20) (i32.const 50))
    (if (call $read (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24)) (then (unreachable)))
    (if (call $clock (i32.const 0) (i64.const 0) (i32.const 32)) (then (unreachable)))
    (call $spin (i64.div_u (i64.load (i32.const 32)) (i64.const 1000)))
    (i32.store8 (i32.const 100) (i32.add (i32.const 64) (i32.load (i32.const 24))))
    (i32.store (i32.const 20) (i32.const 1))
    (if (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)) (then (unreachable)))
    (call $exit (i32.add (i32.const 4) (global.get $started)))))`

const loaded = await loadShim().catch(() => undefined)

// The package serves this suite alone; where it is not installed, there is nothing to run a command with.
describe.skipIf(loaded === undefined)("a suite of WASI commands", () => {
  const command = (bytes: string) => {
    if (loaded === undefined) throw new Error("skipped without the package")
    const beside = [["x", new TextEncoder().encode(bytes)] as const]
    return commandSubject("command", parseWat("command", COMMAND), beside, loaded)
  }

  it("answers with the exit status and what was written, the same in every variant for the same fuel", () => {
    const { answer, variants } = measure(command("abc"), makeVariants(), { steady: 2, first: 1 })
    // The hash of "C": the file has three bytes.
    expect(answer).toBe("5 6b23c0d5f35d1b11f9b683f0b0a617355deb11277d91ae091d399c655b87940d")
    expect(variants.length).toBeGreaterThanOrEqual(4)
    expect(new Set(variants.map(({ fuel }) => fuel)).size).toBe(2)
  })

  it("answers otherwise when other bytes lie beside it", () => {
    const one = measure(command("abc"), makeVariants().slice(0, 1), { steady: 1, first: 1 })
    const other = measure(command("ab"), makeVariants().slice(0, 1), { steady: 1, first: 1 })
    expect(other.answer).not.toBe(one.answer)
  })
})
