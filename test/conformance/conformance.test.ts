import { execFile } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { MeterOptions } from "../../src/fuel/meter/MeterOptions.ts"
import { PLACEMENT_EXACT } from "../../src/fuel/meter/Placement.ts"
import { bytesOf, METER_OPTIONS } from "../fuel/meter/runMetered.ts"
import { meteredEngine, plainEngine } from "./Engine.ts"
import { KnownFailures } from "./KnownFailures.ts"
import { load } from "./Loaded.ts"
import { placementOf, placementWords } from "./placements.ts"
import { readScript } from "./readScript.ts"
import { runSuite, type SuiteOptions } from "./runSuite.ts"
import { ScriptRunner } from "./ScriptRunner.ts"

/** The runner, on scripts of our own: it must be able to fail. */
const cases = join(import.meta.dirname, "cases")

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conformance-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A folder with these of the scripts in it. */
const folderOf = (...names: ReadonlyArray<string>): string => {
  const made = mkdtempSync(join(folder, "case-"))
  for (const name of names) cpSync(join(cases, name), join(made, name))
  return made
}

const run = (
  names: ReadonlyArray<string>,
  { meter = {}, ...options }: Partial<SuiteOptions> & { readonly meter?: Partial<MeterOptions> }
): { readonly well: boolean; readonly lines: ReadonlyArray<string> } => {
  const lines: Array<string> = []
  const well = runSuite({
    directory: folderOf(...names),
    known: new KnownFailures(""),
    skippedMax: 1,
    engines: () => [meteredEngine("metered", { ...METER_OPTIONS, ...meter })],
    print: (line) => lines.push(line),
    verbose: false,
    ...options
  })
  return { well, lines }
}

describe("a run over scripts", () => {
  it("passes what plain V8 and the metered modules both do", () => {
    const { well, lines } = run(["passing.wast", "segments.wast"], {})
    expect(lines.filter((line) => /FAIL|ERROR|×/.test(line))).toEqual([])
    expect(lines.at(-1)).toBe("44 passed, 0 failed")
    expect(well).toBe(true)
  })

  it("passes references to exceptions where V8 has them", () => {
    const { lines } = run(["exnref.wast"], { skippedMax: 100 })
    expect(lines[0]).toMatch(/^ok {4}exnref.wast: (2 passed, 0 failed, 0|0 passed, 0 failed, 2) skipped$/)
  })

  it("fails what plain V8 does and a metered module does not, and names the line", () => {
    const { well, lines } = run(["deep.wast"], { meter: { slotsMax: 200 } })
    expect(lines).toContain("FAIL  deep.wast:8: metered: ran out of stack instead of i32 0x000003e8")
    expect(lines.at(-1)).toBe("1 passed, 1 failed")
    expect(well).toBe(false)
  })

  it("fails a module that V8 takes and that cannot be metered", () => {
    const broken = {
      ...meteredEngine("metered", METER_OPTIONS),
      compile: () => {
        throw new Error("meterModule: not today")
      }
    }
    const { well, lines } = run(["deep.wast"], { engines: () => [broken] })
    expect(lines).toContain(
      "FAIL  deep.wast:2: metered: broke: meterModule: not today instead of an end without a trap"
    )
    expect(well).toBe(false)
  })

  it("fails a call whose fuel depends on where it is charged", () => {
    const prices = { ...METER_OPTIONS.prices, entry: 2 }
    const { lines } = run(["deep.wast"], {
      engines: () => [
        meteredEngine("one", METER_OPTIONS),
        meteredEngine("other", { ...METER_OPTIONS, prices })
      ]
    })
    expect(lines).toContain("FAIL  deep.wast:7: fuel: 22 one, 25 other")
  })

  it("fails a trap whose text is another one metered", () => {
    const engine = meteredEngine("metered", METER_OPTIONS)
    const other = load(bytesOf('(module (func (export "f") (unreachable)))'))
    if (typeof other === "string") throw new Error(other)
    const runner = new ScriptRunner(plainEngine(), [{ ...engine, compile: () => engine.compile(other) }])
    const script = `(module (func (export "f") (drop (i32.div_s (i32.const 1) (i32.const 0)))))
      (assert_trap (invoke "f") "integer divide by zero")`
    expect(readScript(script).map((command) => runner.run(command).result)).toEqual([
      { kind: "passed" },
      { kind: "failed", why: "metered: trapped: unreachable instead of divide by zero" }
    ])
  })

  it("skips what V8 itself does not do, and says how often for which reason", () => {
    const { well, lines } = run(["skipped.wast"], { skippedMax: 100 })
    const v8 = `V8 ${process.versions.v8.split(".").slice(0, 2).join(".")} itself`
    expect(lines[0]).toBe("ok    skipped.wast: 0 passed, 0 failed, 5 skipped, 1 about the text format")
    expect(lines).toContain(`      2 × ${v8} returns something else`)
    expect(lines).toContain("      1 × about the text format")
    expect(well).toBe(true)
  })

  it("is not well when more of the core suite is skipped than may be", () => {
    expect(run(["skipped.wast"], { skippedMax: 99 }).well).toBe(false)
  })

  it("fails a file that is no script, and goes on with the next", () => {
    const directory = folderOf("deep.wast")
    writeFileSync(join(directory, "broken.wast"), "(module")
    const { well, lines } = run([], { directory })
    expect(lines).toContain("FAIL  broken.wast: Error: line 1: a parenthesis is not closed")
    expect(lines.at(-1)).toBe("2 passed, 1 failed")
    expect(well).toBe(false)
  })

  it("fails a command over which something of ours throws, and goes on", () => {
    const broken = {
      ...meteredEngine("metered", METER_OPTIONS),
      settle: () => {
        throw new Error("a defect")
      }
    }
    const { lines } = run(["deep.wast"], { engines: () => [broken] })
    expect(lines.filter((line) => line.includes("defect: Error: a defect"))).toHaveLength(3)
  })

  it("is not well without a script", () => {
    expect(run([], {})).toEqual({ well: false, lines: [expect.stringContaining("no .wast file there")] })
  })
})

describe("the list of known failures", () => {
  it("excuses what fails", () => {
    const known = new KnownFailures("# of slots\ndeep.wast:8 slots are few")
    const { well, lines } = run(["deep.wast"], { known, meter: { slotsMax: 200 } })
    expect(lines[0]).toBe("ok    deep.wast: 1 passed, 0 failed, 0 skipped, 1 known to fail")
    expect(well).toBe(true)
  })

  it("makes a pass on it an error", () => {
    const { well, lines } = run(["deep.wast"], { known: new KnownFailures("deep.wast:8 slots are few") })
    expect(lines).toContain("ERROR deep.wast:8: known to fail, but it passed: slots are few")
    expect(lines.at(-1)).toBe("2 passed, 1 failed")
    expect(well).toBe(false)
  })

  it("names no line at which nothing begins, unless the file is not there", () => {
    const known = () => new KnownFailures("deep.wast:3 gone\nother.wast:1 of another suite")
    const { well, lines } = run(["deep.wast"], { known: known() })
    expect(lines.filter((line) => line.startsWith("ERROR"))).toEqual([
      "ERROR deep.wast:3: known to fail, but no command begins there"
    ])
    expect(well).toBe(false)
  })

  it("takes no line without a reason", () => {
    expect(() => new KnownFailures("deep.wast:8")).toThrow("no `FILE:LINE reason`: deep.wast:8")
  })
})

describe("a placement", () => {
  it("is the default one with a rule off, where a word says so", () => {
    expect(placementWords().map(placementOf)).not.toContain(undefined)
    expect(placementOf("exact")).toEqual(PLACEMENT_EXACT)
    expect(placementOf("off:no such rule")).toBeUndefined()
  })
})

describe("the command", () => {
  const command = (...args: ReadonlyArray<string>) =>
    new Promise<{ readonly code: number; readonly out: string }>((resolve) => {
      const script = join(import.meta.dirname, "conformance.ts")
      const child = execFile(process.execPath, [script, ...args], (_, out, error) =>
        resolve({ code: child.exitCode ?? -1, out: out + error })
      )
    })

  it("exits with 0 where all is well, with 1 where it is not, with 2 where it does not know what to do", async () => {
    const [well, known] = [folderOf("deep.wast"), join(folder, "known.txt")]
    writeFileSync(known, "deep.wast:8 passes")
    const [good, bad, none] = await Promise.all([
      command(well, "--placement", "exact"),
      command(well, "--known", known),
      command(well, "--placement", "nowhere")
    ])
    expect(good).toEqual({ code: 0, out: expect.stringMatching(/\n2 passed, 0 failed\n$/) })
    expect(bad).toEqual({ code: 1, out: expect.stringMatching(/\n2 passed, 1 failed\n$/) })
    expect(none).toEqual({ code: 2, out: expect.stringMatching(/^unknown placement: nowhere\nusage: /) })
  })

  it("has a list whose lines all have a reason", () => {
    expect(
      () => new KnownFailures(readFileSync(join(import.meta.dirname, "known.txt"), "utf8"))
    ).not.toThrow()
  })
})
