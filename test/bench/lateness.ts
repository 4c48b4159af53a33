import { parseWat } from "../guests/wat.ts"
import { endOf, fireHere } from "../runtime/fireHere.ts"

/**
 * How long after its deadline each kind of guest stops, the worst of several deadlines.
 *
 *     node test/bench/lateness.ts
 *
 * The guests spin at first, which makes slices long, and turn to something slow when the deadline is near.
 */
const HEAVY: Readonly<Record<string, string>> = {
  "an empty loop": "(loop (br 0))",
  "memory.fill of 16 MB": `(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 16777216)) (br 0))`,
  "memory.fill of 64 bytes": `(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 64)) (br 0))`,
  "table.fill": `(loop (table.fill (i32.const 0) (ref.null func) (i32.const 100000)) (br 0))`,
  "memory.grow by nothing": `(loop (drop (memory.grow (i32.const 0))) (br 0))`,
  "table.grow by nothing": `(loop (drop (table.grow (ref.null func) (i32.const 0))) (br 0))`,
  "first touches": `(loop (i32.store8 (local.get 1) (i32.const 1))
    (local.set 1 (i32.and (i32.add (local.get 1) (i32.const 4096)) (i32.const 67108863))) (br 0))`,
  "calls of a function with 4,000 locals": `(loop (call $wide) (br 0))`,
  "calls of a function with 4,000 vectors": `(loop (call $vectors) (br 0))`,
  "calls with 1,000 parameters": `(loop ${"(i64.const 1) ".repeat(1000)} (call $params) (br 0))`,
  "square roots": `(loop (local.set 2 (f64.sqrt (f64.sqrt (f64.sqrt (f64.add (local.get 2) (f64.const 1.5)))))) (br 0))`,
  remainders: `(loop (local.set 3 (i64.rem_s (i64.const -9223372036854775807) (i64.rem_u (i64.const 9223372036854775807) (i64.or (local.get 3) (i64.const 3))))) (br 0))`,
  "exceptions thrown and caught": `(loop (try (do (throw $e)) (catch_all)) (br 0))`,
  "exceptions across 50 frames": `(loop (try (do (call $deep (i32.const 50))) (catch_all)) (br 0))`,
  "indirect calls": `(loop (call_indirect (i32.const 0)) (br 0))`,
  time: `(loop (drop (call $time)) (br 0))`,
  log: `(loop (call $log (i32.const 0) (i32.const 4096)) (br 0))`
}

const guest = (heavy: string) =>
  parseWat(
    "late",
    `(module
  (import "env" "get_time_ms" (func $time (result i64)))
  (import "env" "log_info" (func $log (param i32 i32)))
  (memory 1024) (table 100000 funcref) (elem (i32.const 0) $nothing) (tag $e)
  (func $nothing)
  (func $wide (local ${"i64 ".repeat(4000)}))
  (func $vectors (local ${"v128 ".repeat(4000)}))
  (func $params (param ${"i64 ".repeat(1000)}))
  (func $deep (param i32) (if (i32.eqz (local.get 0)) (then (throw $e))) (call $deep (i32.sub (local.get 0) (i32.const 1))))
  (func (export "main") (param $rounds i32) (local i32 f64 i64)
    (block (loop (br_if 1 (i32.eqz (local.get $rounds)))
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1))) (br 0)))
    ${heavy}))`
  )

const fire = (bytes: Uint8Array, rounds: number, timeoutMs: number) =>
  fireHere(bytes, { args: [rounds], fuel: 9e15, timeoutMs, grants: ["time", "log"] })

/** Rounds of the spinning loop in a millisecond, on this machine. */
const calibrate = (): number => {
  const bytes = guest("")
  fire(bytes, 1e8, 5_000)
  const report = fire(bytes, 4e8, 5_000)
  if (report.kind !== "returned") throw new Error(endOf(report))
  return 4e8 / (report.durationMicros / 1_000)
}

const perMs = calibrate()
console.log(`node ${process.versions.node}, ${Math.round(perMs)} rounds a millisecond`)
for (const [name, heavy] of Object.entries(HEAVY)) {
  const bytes = guest(heavy)
  const late: Array<number> = []
  for (const before of [0.5, 5, 20, 60, 150, 300]) {
    const timeoutMs = 300
    // The least of three: what else the machine does can only make it later.
    const runs = [1, 2, 3].map(() => {
      const report = fire(bytes, Math.round((timeoutMs - before) * perMs), timeoutMs)
      if (report.kind !== "failed") throw new Error(endOf(report))
      return report.durationMicros / 1_000 - timeoutMs
    })
    late.push(Math.min(...runs))
  }
  console.log(
    `${Math.max(...late)
      .toFixed(1)
      .padStart(8)} ms late at most: ${name}  [${late.map((ms) => ms.toFixed(0)).join(" ")}]`
  )
}
