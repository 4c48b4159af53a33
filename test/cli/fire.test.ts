import { readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { parseWat } from "../guests/wat.ts"
import { root } from "../tidy/sources.ts"
import { inScratch, jsonOf, munition, sampler } from "./runMunition.ts"

/** A guest of `test-wasm/`, or text, as a file that the command can be given. */
const guest = (name: string, text?: string): string => {
  const path = inScratch(`${name.replaceAll("/", "-")}.wasm`)
  writeFileSync(path, parseWat(name, text ?? readFileSync(join(root, "test-wasm", `${name}.wat`), "utf8")))
  return path
}

describe("munition fire", () => {
  it("prints the values, one a line, and says the rest on standard error", async () => {
    const ran = await munition(["fire", guest("basics/values"), "all"])
    expect(ran).toMatchObject({ status: 0, stdout: "-1\n18\n0.5\ninf\n" })
    expect(ran.stderr).toMatch(/^returned: \d+ of 100000 fuel, 0 pages of memory, [\d.]+ ms\n$/)
  })

  it("prints nothing on standard output for a function that returns nothing", async () => {
    expect(await munition(["fire", guest("basics/values"), "nothing"])).toMatchObject({
      status: 0,
      stdout: ""
    })
  })

  it("prints one object of the documented shape for a firing that returned", async () => {
    const ran = await munition(["fire", sampler, "factorial", "20", "--json"])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    expect(ran.stdout.endsWith("}\n")).toBe(true)
    expect(jsonOf(ran)).toEqual({
      outcome: "returned",
      values: [{ type: "i64", value: "2432902008176640000" }],
      fuel: { allocated: 100_000, used: expect.any(Number), remaining: expect.any(Number) },
      memory: { pages: 1, highWaterBytes: 65_536 },
      durationMicros: expect.any(Number),
      lifecycle: ["compiling", "instantiated", "executing", "cleaned"]
    })
  })

  it("prints one object of the documented shape for a crash, and why and where in words without --json", async () => {
    const json = await munition(["fire", sampler, "unreachable", "--json"])
    expect(json).toMatchObject({ status: 1, stderr: "" })
    expect(jsonOf(json)).toEqual({
      outcome: "crashed",
      reason: {
        _tag: "Trapped",
        kind: "unreachable",
        at: { funcIndex: expect.any(Number), codeOffset: expect.any(Number) },
        engineMessage: expect.any(String)
      },
      message: "trapped: unreachable",
      dump: null,
      fuel: { allocated: 100_000, used: expect.any(Number), remaining: expect.any(Number) },
      memory: { pages: 1, highWaterBytes: 65_536 },
      durationMicros: expect.any(Number),
      lifecycle: ["compiling", "instantiated", "executing", "captured", "cleaned"]
    })
    const text = await munition(["fire", sampler, "unreachable"])
    expect(text).toMatchObject({ status: 1, stdout: "" })
    expect(text.stderr).toMatch(
      /^crashed: trapped: unreachable\n {2}#0 {2}func\[\d+\] unreachable {2}at 0x[0-9a-f]+\nconsumed: /
    )
  })

  it("prints one object of the documented shape for a refusal", async () => {
    const ran = await munition(["fire", sampler, "add", "1", "x", "--json"])
    expect(ran).toMatchObject({ status: 3, stderr: "" })
    expect(jsonOf(ran)).toEqual({
      outcome: "refused",
      reason: {
        _tag: "BadArguments",
        parameter: "argument 2",
        expected: "i32, an integer -2147483648..4294967295",
        got: '"x"'
      },
      message: 'argument 2: expected i32, an integer -2147483648..4294967295, got "x"'
    })
  })

  it.each([
    [["add", "-5", "3"], "-2\n"],
    [["add", "--fuel", "1e3", "-0x10", "--timeout", "2s", "1"], "-15\n"],
    [["add", "--", "-5", "-6"], "-11\n"],
    [["add", "-5", "--", "-6"], "-11\n"],
    [["factorial", "0x14"], "2432902008176640000\n"]
  ])("takes %j as function, options and arguments", async (args, stdout) => {
    expect(await munition(["fire", sampler, ...args])).toMatchObject({ status: 0, stdout })
  })

  it("passes 64-bit integers and special numbers as they are", async () => {
    const values = guest("basics/values")
    const of = async (...args: ReadonlyArray<string>) => (await munition(["fire", values, ...args])).stdout
    expect(await of("i64", "-9223372036854775808")).toBe("-9223372036854775808\n")
    expect(await of("f64", "-inf")).toBe("-inf\n")
    expect(await of("f32", "-0")).toBe("-0\n")
  })

  it("suggests the function that was meant", async () => {
    const ran = await munition(["fire", sampler, "factoral", "20"])
    expect(ran).toMatchObject({ status: 3, stdout: "" })
    expect(ran.stderr).toContain('no exported function "factoral"; exported: add, ')
    expect(ran.stderr).toContain("(Did you mean factorial?)")
  })

  it("writes the dump that was asked for, for its owner alone, and names it", async () => {
    const dump = inScratch("named.mntn")
    const ran = await munition(["fire", sampler, "crash_after", "3", "--dump", dump, "--json"])
    expect(jsonOf(ran)).toMatchObject({ outcome: "crashed", dump })
    expect(readFileSync(dump).subarray(0, 4).toString()).toBe("MNTN")
  })

  it("reports a crash although its dump cannot be written", async () => {
    const dump = inScratch("nowhere/crash.mntn")
    const ran = await munition(["fire", sampler, "unreachable", "--dump", dump, "--json"])
    expect(ran.status).toBe(1)
    expect(jsonOf(ran)).toMatchObject({ outcome: "crashed", dump: null })
    expect(ran.stderr).toMatch(/^dump: cannot write ".*nowhere\/crash\.mntn": ENOENT/)
  })

  it("tells a guest's log lines on standard error with their level", async () => {
    const ran = await munition(["fire", guest("host/log"), "main", "--grant", "log", "--json"])
    expect(ran.stderr).toBe("guest debug: hello\nguest info: world\nguest warn: \nguest error: héllo\n")
    expect(jsonOf(ran)).toMatchObject({ outcome: "returned", values: [] })
  })

  it("keeps a guest's log line from acting on the terminal", async () => {
    const text = `(module (import "env" "log_info" (func $log (param i32 i32)))
      (memory 1) (data (i32.const 0) "\\1b[2Jgone\\nmunition info: forged")
      (func (export "main") (call $log (i32.const 0) (i32.const 30))))`
    const ran = await munition(["fire", guest("forger", text), "main", "--grant", "log"])
    expect(ran.stderr).toMatch(/^guest info: \\u\{1b\}\[2Jgone\\nmunition info: forged\nreturned: /)
  })

  it("refuses an import that was not granted, naming the capability that would allow it", async () => {
    const ran = await munition(["fire", guest("host/log"), "main", "--json"])
    expect(ran.status).toBe(3)
    expect(jsonOf(ran)).toMatchObject({
      reason: { _tag: "CapabilityDenied", module: "env", name: "log_debug", capability: "log" }
    })
  })

  it("takes several grants, and says of one that nothing uses it", async () => {
    const args = [
      "fire",
      guest("host/time-and-random"),
      "time",
      "--grant",
      "time:virtual",
      "--grant",
      "random"
    ]
    const ran = await munition([...args, "--grant", "network"])
    expect(ran.stdout).toBe("946684800000\n")
    expect(ran.stderr).toContain(
      "munition warn: capability network was granted, but nothing in this version uses it\n"
    )
  })

  it.each([
    ["--memory-pages", "0", sampler, "add", "LimitExceeded"],
    ["--table-elements", "1", "traps/indirect-calls", "main", "LimitExceeded"],
    ["--timeout", "50", sampler, "infinite_loop", "TimedOut"],
    ["--stack-slots", "100", "stack/recursion", "direct", "OutOfStack"]
  ])("bounds a firing by %s %s", async (option, value, module, name, tag) => {
    const file = module === sampler ? module : guest(module)
    const ran = await munition(["fire", file, name, option, value, "--fuel", "1e12", "--json"])
    expect(jsonOf(ran)).toMatchObject({ reason: { _tag: tag } })
  })

  it("counts what --object-bytes allows, and allows what --allow names", async () => {
    const bomb = "test-wasm/gc/struct-bomb.wasm"
    const bounded = await munition(["fire", bomb, "kept", "--object-bytes", "1000", "--json"])
    expect(jsonOf(bounded)).toMatchObject({ reason: { _tag: "OutOfMemory", bytesMax: 1_000 } })
    const relaxed = guest("limits/relaxed-simd")
    expect(await munition(["fire", relaxed, "main", "--json"])).toMatchObject({ status: 3 })
    const allowed = await munition(["fire", relaxed, "main", "--allow", "relaxed-simd", "--json"])
    expect(allowed).toMatchObject({ status: 0 })
  })

  it("gives with --inline what it gives without", async () => {
    const inline = await munition(["fire", sampler, "fib", "10", "--json", "--inline"])
    const threaded = await munition(["fire", sampler, "fib", "10", "--json"])
    const untimed = (ran: typeof inline) => ({ ...(jsonOf(ran) as object), durationMicros: 0 })
    expect(untimed(inline)).toEqual(untimed(threaded))
  })

  it("refuses a file that is not there, a directory, and a module over the bound", async () => {
    const absent = await munition(["fire", "no-such-file", "main", "--json"])
    expect(absent.status).toBe(3)
    expect(jsonOf(absent)).toMatchObject({
      outcome: "refused",
      reason: { _tag: "FileFailed", operation: "read", path: "no-such-file" }
    })
    expect(await munition(["fire", ".", "main"])).toMatchObject({ status: 3, stdout: "" })
    const large = inScratch("large.wasm")
    writeFileSync(large, "")
    truncateSync(large, 2 ** 26 + 1)
    expect(jsonOf(await munition(["fire", large, "main", "--json"]))).toMatchObject({
      reason: { _tag: "LimitExceeded", limit: "moduleBytesMax", bound: 2 ** 26, value: 2 ** 26 + 1 }
    })
  })

  it("stops reading a file that has no end at the bound", async () => {
    expect(jsonOf(await munition(["fire", "/dev/zero", "main", "--json"]))).toMatchObject({
      reason: { _tag: "LimitExceeded", limit: "moduleBytesMax" }
    })
  })

  const spinner = `(module (import "env" "log_info" (func $log (param i32 i32)))
    (memory 1) (data (i32.const 0) "spinning")
    (func (export "main") (call $log (i32.const 0) (i32.const 8)) (loop (br 0))))`

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("stops the guest on %s, keeps its state and ends with %i", async (signal, status) => {
    const dump = inScratch(`${signal}.mntn`)
    const args = ["fire", guest("spinner", spinner), "main", "--grant", "log", "--json", "--dump", dump]
    const ran = await munition([...args, "--fuel", "1e15", "--timeout", "20s"], {
      during: { stderr: (soFar, kill) => soFar.includes("spinning") && kill(signal) }
    })
    expect(ran).toMatchObject({ status, signal: null })
    expect(jsonOf(ran)).toMatchObject({ outcome: "crashed", reason: { _tag: "Cancelled" }, dump })
    expect((await munition(["inspect", dump, "--strings"])).stdout).toBe("00000000  spinning\n")
  })
})
