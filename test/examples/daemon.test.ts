import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { afterEach, describe, expect, it } from "vitest"
import { decodeDump, readAuditLog, verifyAuditLog } from "../../src/index.ts"
import { DaemonProcess } from "./DaemonProcess.ts"

/** The example is a program: it is started as one, asked over HTTP, and told to end by a signal. */
const started: Array<DaemonProcess> = []
const start = () => {
  const daemon = new DaemonProcess()
  started.push(daemon)
  return daemon
}
afterEach(async () => {
  for (const daemon of started.splice(0)) await daemon.remove()
})

const many = <A>(count: number, ask: () => Promise<A>) => Promise.all(Array.from({ length: count }, ask))

const reasonsOf = (daemon: DaemonProcess) =>
  Effect.runPromise(Effect.forEach(daemon.dumps, (bytes) => decodeDump(bytes))).then((dumps) =>
    dumps.map(({ reason }) => reason._tag).sort()
  )

/** The log's steps and transitions as lines, once it was seen to hold. */
const readLog = async (daemon: DaemonProcess) => {
  const holds = await Effect.runPromise(verifyAuditLog([daemon.log]))
  expect(holds).toMatchObject({ lost: 0, unclosed: 0, end: "closed" })
  const events = await Effect.runPromise(Stream.runCollect(readAuditLog([daemon.log])))
  return events.map((event) => {
    if (event._tag === "Step") return `instance ${event.instanceId} ${event.to}`
    return event._tag === "Transition" ? `${event.chart} ${event.id} ${event.to}` : event._tag
  })
}

describe("the daemon of the example", () => {
  it("answers what it is asked with the status of the outcome, and counts it", async () => {
    const daemon = start()
    const [good, trap, spin, none, malformed, missing, tooLarge] = await Promise.all([
      daemon.fire("add?arg=1&arg=2"),
      daemon.fire("divide?arg=1&arg=0"),
      daemon.fire("infinite_loop?fuel=simple"),
      daemon.fire("no_such_function"),
      daemon.fire("add", new Uint8Array(9)),
      daemon.call("nobody/increment"),
      daemon.fire("add", new Uint8Array(17 * 2 ** 20))
    ])
    expect(good).toEqual({ status: 200, body: { values: [{ type: "i32", value: "3" }], fuel: 4 } })
    expect(trap).toMatchObject({ status: 422, body: { reason: "Trapped" } })
    expect(spin).toMatchObject({ status: 422, body: { reason: "OutOfFuel" } })
    expect(none).toMatchObject({ status: 400, body: { reason: "UnknownFunction" } })
    expect(malformed).toMatchObject({ status: 400, body: { reason: "Malformed" } })
    expect(missing).toMatchObject({ status: 404, body: { reason: "NoResident" } })
    expect(tooLarge.status).not.toBe(200)

    expect(await daemon.metric('munition_firings_total{outcome="returned"}')).toBe(1)
    expect(await daemon.metric('munition_firings_total{outcome="crashed"}')).toBe(2)
    expect(await daemon.metric('munition_firings_total{outcome="refused"}')).toBe(2)
    expect(await daemon.metric('munition_crashes_total{reason="OutOfFuel"}')).toBe(1)
    expect(await daemon.metric("munition_queue_length")).toBe(0)
    expect(await daemon.metric("munition_process_resident_bytes")).toBeGreaterThan(2 ** 20)
    expect(await reasonsOf(daemon)).toEqual(["OutOfFuel", "Trapped"])
  })

  it("restarts a resident guest that crashed, with a fresh memory, and leaves the other one alone", async () => {
    const daemon = start()
    const increment = async (name: string) => {
      for (;;) {
        const { status, body } = await daemon.call(`${name}/increment`)
        // Between its crash and its restart there is nobody to answer.
        if (status !== 503) return body
      }
    }
    const counted = (value: string) => ({ values: [{ type: "i32", value }] })
    for (const name of ["counter", "ledger"])
      for (const value of ["1", "2"]) expect(await increment(name)).toMatchObject(counted(value))
    expect(await daemon.call("counter/unreachable")).toMatchObject({
      status: 422,
      body: { reason: "Trapped" }
    })
    expect(await increment("counter")).toMatchObject(counted("1"))
    expect(await increment("ledger")).toMatchObject(counted("3"))
    expect(await daemon.metric("munition_residents")).toBe(2)
    expect(await reasonsOf(daemon)).toEqual(["Trapped"])
  })

  it("stops the guest of a client that hangs up, and keeps its dump", async () => {
    const daemon = start()
    const client = new AbortController()
    const gone = daemon.fire("infinite_loop?fuel=1e9", undefined, client.signal)
    await daemon.until(["munition_firings_running"], 1)
    client.abort()
    await daemon.until(['munition_crashes_total{reason="Cancelled"}'], 1)
    expect(await gone).toMatchObject({ status: "no answer" })
    expect(await daemon.metric("munition_firings_running")).toBe(0)
    daemon.signal("SIGTERM")
    expect(await daemon.exited).toEqual({ status: 0, signal: null })
    expect(await reasonsOf(daemon)).toEqual(["Cancelled"])
  })

  it("answers on SIGTERM what it was asked before, each request once, and then ends in order", async () => {
    const daemon = start()
    const early = await many(20, () => daemon.fire("add?arg=20&arg=22"))
    const spinning = many(8, () => daemon.fire("infinite_loop?fuel=6e7"))
    const waiting = daemon.call("ledger/spin?arg=10000&fuel=1000000")
    await daemon.until(["munition_firings_running", "munition_queue_length"], 8)
    daemon.signal("SIGTERM")
    await daemon.untilClosed()

    expect((await spinning).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 422))
    expect((await waiting).status).toBe(200)
    expect(early.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(await daemon.exited).toEqual({ status: 0, signal: null })
    expect(await reasonsOf(daemon)).toEqual(Array.from({ length: 8 }, () => "OutOfFuel"))

    const log = await readLog(daemon)
    const lives = log.filter((line) => /^instance \d+ compiling$/.test(line))
    const ends = log.filter((line) => /^instance \d+ cleaned$/.test(line))
    expect([lives.length, new Set(ends).size, ends.length]).toEqual([30, 30, 30])
    // Firings before residents, the resident that was started last first, threads after both, the log itself last.
    const order = [
      "supervisor supervisor terminating",
      "child supervisor/ledger exited",
      "child supervisor/counter exited",
      "supervisor supervisor terminated",
      "scheduler 0 cleaned",
      "Closed"
    ]
    expect(log.filter((line) => order.includes(line))).toEqual(order)
    expect(ends.indexOf(log.slice(0, log.indexOf(order[0] ?? "")).findLast(isEnd) ?? "")).toBe(27)
    expect(log.at(-1)).toBe("Closed")
  })

  it("gives up when a resident crashes too often, and that is a failure, in order all the same", async () => {
    const daemon = start()
    let crashed = 0
    while (crashed < 6) {
      const { status } = await daemon.call("counter/unreachable")
      if (status === 422) crashed++
    }
    expect(await daemon.exited).toEqual({ status: 1, signal: null })
    expect(daemon.output).toContain("the supervisor gave up: shutdown")
    expect(await reasonsOf(daemon)).toEqual(Array.from({ length: 6 }, () => "Trapped"))
    expect(await readLog(daemon)).toContain("child supervisor/ledger exited")
  })
})

const isEnd = (line: string): boolean => /^instance \d+ cleaned$/.test(line)
