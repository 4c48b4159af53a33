import { afterAll, describe, expect, it } from "vitest"
import { engineHas } from "../guests/features.ts"
import { readGuests } from "../guests/readGuests.ts"
import { MADE } from "./Attack.ts"
import { ATTACKS, ROWS } from "./attacks.ts"
import { differenceOf, needsOf, openRange } from "./Range.ts"

const range = openRange()
/** Modules of megabytes, fired in two ways: on a machine with other work that takes its time. */
const PATIENCE = { timeout: 60_000 }
afterAll(range.dispose)

for (const { row, name, mustNotBeObtained, proofs } of ATTACKS)
  describe(`row ${row}, ${name}: nobody obtains ${mustNotBeObtained}`, PATIENCE, () => {
    for (const { guest, how, holds } of proofs) {
      const lacks = needsOf(guest).filter((feature) => !engineHas(feature))
      // Where the engine lacks what a guest is made of, the title says which, and the module is refused there.
      it.skipIf(lacks.length > 0)(`${guest}: ${how}${lacks.map((one) => `, needs ${one}`).join("")}`, () =>
        holds(range.shoot, guest)
      )
    }
  })

describe("the checklist", () => {
  it("has every row once", () => {
    expect(ATTACKS.map(({ row }) => row)).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1))
  })

  it("proves every row with a guest, and names none that there is not", () => {
    const paths = new Set(readGuests().map(({ header }) => header.path))
    for (const { row, proofs } of ATTACKS) {
      expect([row, proofs.some(({ guest }) => guest !== MADE)]).toEqual([row, true])
      for (const { guest } of proofs)
        expect([guest, guest === MADE || paths.has(guest)]).toEqual([guest, true])
    }
  })

  it("names every guest that was written for it", () => {
    const named = new Set(ATTACKS.flatMap(({ proofs }) => proofs.map(({ guest }) => guest)))
    const written = readGuests().filter(({ header }) => header.path.startsWith("attacks/"))
    expect(written.length).toBeGreaterThan(5)
    expect(written.filter(({ header }) => !named.has(header.path)).map(({ header }) => header.path)).toEqual(
      []
    )
  })

  it("sees an attack that succeeds: inline and in a thread must end the same", async () => {
    const shot = await range.shoot("fuel/spin.wat", "spin", [], { fuel: 1000 })
    expect(differenceOf(shot, shot)).toBeUndefined()
    for (const changed of [{ end: "returned" }, { fuelUsed: 999 }, { hostCalls: 1 }])
      expect(differenceOf(shot, { ...shot, ...changed })).toMatch(/inline, but .* in a thread/)
  })
})
