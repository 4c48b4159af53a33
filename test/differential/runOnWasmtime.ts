import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { showValue } from "../../src/outcome/Value.ts"
import type { Run } from "./Case.ts"
import type { Prepared } from "./prepareCase.ts"

/**
 * Runs cases on Wasmtime, in a Python that has it: the PyPI package `wasmtime` carries the engine.
 *
 * One process for all cases, a line of JSON in and a line out for each.
 */
export interface OnWasmtime {
  /** Absent where {@link Job.plainFuel} is. */
  readonly plain: Run | null
  readonly metered: Run
}

export interface Job {
  readonly prepared: Prepared
  /** What the module without a meter is given; `undefined` where it is not to be run. */
  readonly plainFuel: number | undefined
}

/** The version whose numbers are promised. */
export const WASMTIME_VERSION = "49"

/** Fails by throwing when the process does not answer every case: a crash of the engine is a result too. */
export const runOnWasmtime = (python: string, jobs: ReadonlyArray<Job>): ReadonlyArray<OnWasmtime> => {
  const input = jobs.map((job) => `${JSON.stringify(lineOf(job))}\n`).join("")
  const { stdout, stderr, status, signal, error } = spawnSync(
    python,
    [join(import.meta.dirname, "onWasmtime.py")],
    { input, encoding: "utf8", maxBuffer: 2 ** 30, timeout: TIMEOUT_MS }
  )
  const lines = (stdout ?? "").split("\n").filter((line) => line !== "")
  if (status !== 0 || lines.length !== jobs.length)
    throw new Error(
      `Wasmtime ended with ${error?.message ?? signal ?? `status ${status}`} after ${lines.length} of ` +
        `${jobs.length} cases, at ${jobs[lines.length]?.prepared.case.id}: ${stderr.slice(-2_000)}`
    )
  // The cast: the program on the other side is ours, and writes these.
  return lines.map((line) => JSON.parse(line) as OnWasmtime)
}

const TIMEOUT_MS = 600_000

const lineOf = ({ prepared, plainFuel }: Job) => {
  const { case: one, metered, options, plain, args, types, globals } = prepared
  const { fuel, depth, hooks, start, memories } = metered.plan.exports
  return {
    plain: plainFuel === undefined ? null : Buffer.from(plain).toString("base64"),
    plainFuel: plainFuel ?? 0,
    metered: Buffer.from(metered.bytes).toString("base64"),
    names: {
      ...{ fuel, depth, hooks, memories },
      start: start ?? null,
      globals: globals.map(({ name, type }) => [name, type])
    },
    slots: options.slotsMax,
    fuel: one.fuel,
    function: one.functionName,
    args: types.params.map((type, i) => [type, writeNumber(type, args[i])]),
    results: types.results
  }
}

/** Integers in decimal, floats by the bits of an f64. */
const writeNumber = (type: string, value: Prepared["args"][number] | undefined): string => {
  if (type === "i32" || type === "i64") return showValue(value ?? 0)
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Number(value))
  return view.getBigUint64(0).toString(16).padStart(16, "0")
}
