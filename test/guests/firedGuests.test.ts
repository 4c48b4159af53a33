import { createHash } from "node:crypto"
import { afterAll, describe, expect, it } from "vitest"
import { isMissing } from "../../src/outcome/Missing.ts"
import { engineHas } from "./features.ts"
import { countHostCalls, makeFireMunition } from "./fireMunition.ts"
import type { Firing } from "./Header.ts"
import type { Report } from "./Report.ts"
import { type Guest, readGuests } from "./readGuests.ts"
import { runFiring } from "./runGuest.ts"

/** Fired twice: on the test's own thread and in a worker. Both must do what the header says, and the same. */
const ways = { inline: makeFireMunition(true), worker: makeFireMunition(false) }
afterAll(async () => {
  await ways.inline.dispose()
  await ways.worker.dispose()
})

const guests = readGuests().map((guest) => ({
  ...guest,
  lacks: guest.header.needs.filter((n) => !engineHas(n))
}))

// Skipped where the engine lacks what the guest needs; the title of the skipped test names the guest.
for (const { header, wasm, lacks } of guests)
  it.skipIf(lacks.length > 0)(`${header.path}: ${header.proves}`, async () => {
    const bytes = wasm()
    for (const firing of header.firings) {
      const reports: Array<Report> = []
      for (const way of [ways.inline, ways.worker]) {
        const wrong = await runFiring(header.path, firing, bytes, async (...fired) => {
          const report = await way.fire(...fired)
          reports.push(report)
          if (report.outcome === "crashed" || firing.expected.hostCalls === undefined) return report
          return { ...report, hostCalls: countHostCalls(...fired) }
        })
        expect(wrong).toEqual([])
      }
      const [inline, worker] = reports.map((report) => comparable(firing, report))
      expect(worker).toEqual(inline)
    }
  })

/** What must be the same wherever a guest runs: all but times, and what a clock or chance decided. */
const comparable = ({ options }: Firing, report: Report) => {
  const tag = report.reason?._tag
  if (tag === "TimedOut" || options.grants.some((grant) => ["time", "random"].includes(grant)))
    return { outcome: report.outcome, tag }
  return { ...report, evidence: undefined, state: report.evidence && stateHash(report.evidence) }
}

const stateHash = ({ memories, globals }: NonNullable<Report["evidence"]>): string => {
  const hash = createHash("sha256")
  hash.update(JSON.stringify(globals))
  if (isMissing(memories)) return memories.why
  for (const { bytes } of memories) hash.update(isMissing(bytes) ? bytes.why : bytes)
  return hash.digest("hex")
}

describe("comparing two ways of firing", () => {
  it("sees one byte of difference in the memory of a dump", () => {
    const memory = (byte: number) => ({
      memories: [{ memoryIndex: 0, pages: 1, pageBytes: 65_536, bytes: Uint8Array.of(byte) }],
      globals: []
    })
    expect(stateHash(memory(1))).not.toBe(stateHash(memory(2)))
  })

  it("compares what is a failure of the guest's own in most of them", () => {
    const compared = guests.flatMap(({ header }: Guest) =>
      header.firings.filter(({ expected }) => expected.ending.outcome === "crashed")
    )
    expect(compared.length).toBeGreaterThan(100)
  })
})
