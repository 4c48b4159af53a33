import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { detectFeatures } from "../../src/runtime/worker/v8Features.ts"
import { FEATURES } from "../../src/wasm/Opcodes.ts"
import { type Attack, MADE, type Proof, proof } from "./Attack.ts"
import { hostFunction } from "./hostFunction.ts"
import { exportsOf, functionsOf, mainOf, parametersOf } from "./made.ts"

/** Attacks that are over before an instance exists, and those on what is not the guest's to decide. */

const refused = (guest: string, limit: string): Proof =>
  proof(guest, `refused over ${limit}`, async (shoot) => {
    expect((await shoot(guest, "main")).end).toBe(`refused LimitExceeded ${limit}`)
  })

export const REFUSING: ReadonlyArray<Attack> = [
  {
    row: 15,
    name: "segments, globals and exports without end",
    mustNotBeObtained: "work of the engine while it instantiates, where nothing is paid",
    proofs: [
      refused("bombs/globals-1000000", "itemsMax"),
      proof("limits/segments-over-a-table.wat", "segments count together", async (shoot, guest) => {
        expect((await shoot(guest, "main", [], { tableElementsMax: 5 })).end).toBe(
          "refused LimitExceeded tableElementsMax"
        )
      }),
      proof(MADE, "a hundred thousand exports are the most", async (shoot) => {
        const { itemsMax } = RUN_POLICY_DEFAULT
        expect((await shoot(exportsOf(itemsMax + 1), "e0", [], {}, ["thread"])).end).toBe(
          "refused LimitExceeded itemsMax"
        )
      })
    ]
  },
  {
    row: 16,
    name: "a table of ten million elements",
    mustNotBeObtained: "table elements beyond the policy, at once or by growing",
    proofs: [
      refused("limits/table-10-million.wat", "tableElementsMax"),
      proof("tables/grow-to-limit.wat", "growth stops at the bound", async (shoot, guest) => {
        const shot = await shoot(guest, "grow", [1_000_000], { tableElementsMax: 10 })
        expect(shot.values[0]).toBe(-1)
      })
    ]
  },
  {
    row: 17,
    name: "modules that are dear to compile",
    mustNotBeObtained: "seconds of a compiler, or its memory, for a small file",
    proofs: [
      refused("bombs/nesting-1000000", "nestingMax"),
      refused("bombs/blocks-over-locals", "compileSlotsMax"),
      proof(MADE, "a thousand parameters are the most", async (shoot) => {
        expect((await shoot(parametersOf(RUN_POLICY_DEFAULT.arityMax + 1), "main")).end).toBe(
          "refused LimitExceeded arityMax"
        )
      }),
      proof(MADE, "two hundred thousand functions are the most", async (shoot) => {
        expect((await shoot(functionsOf(RUN_POLICY_DEFAULT.functionsMax + 1), "main")).end).toBe(
          "refused LimitExceeded functionsMax"
        )
      })
    ]
  },
  {
    row: 21,
    name: "proposals that the meter knows by half",
    mustNotBeObtained: "an instruction that runs without having been read and priced",
    proofs: [
      proof(MADE, "an opcode that is in no table is refused", async (shoot) => {
        const unknown = [
          [0x16],
          [0x1d],
          [0x27],
          [0xc5],
          [0xff],
          [0xfc, 0x20],
          [0xfb, 0x1f],
          [0xfd, 0xff, 0x02],
          [0xfe, 0x04]
        ]
        for (const code of unknown)
          expect([code, (await shoot(mainOf(...code), "main")).end]).toEqual([code, "refused Malformed"])
      }),
      proof(MADE, "what this engine lacks is known by name, and is little", () => {
        const has = detectFeatures()
        const lacks = FEATURES.filter((feature) => !has.has(feature))
        // V8 12.4 of Node 22 has no 64-bit tables, V8 13.6 of Node 24 no exnref; Node 26 lacks nothing.
        for (const feature of lacks) expect(["exnref", "table64"]).toContain(feature)
      }),
      ...(
        [
          ["basics/multi-memory.wat", "main", []],
          ["basics/memory64.wat", "main", []],
          ["basics/tail-calls.wat", "through_table", [1000]],
          ["basics/simd.wat", "dot", []],
          ["gc/list.wat", "sum", [100]],
          ["basics/call-ref.wat", "twice", [20]],
          ["exceptions/try-table-clauses.wat", "main", [0]],
          ["tables/table64.wat", "main", []]
        ] as const
      ).map(([guest, name, args]) =>
        proof(
          guest,
          "what is accepted is metered: it returns, and one unit less does not do",
          async (shoot) => {
            const { end, fuelUsed } = await shoot(guest, name, args)
            expect(end).toBe("returned")
            expect((await shoot(guest, name, args, { fuel: fuelUsed })).end).toBe("returned")
            expect((await shoot(guest, name, args, { fuel: fuelUsed - 1 })).end).toBe("OutOfFuel")
          }
        )
      )
    ]
  },
  {
    row: 23,
    name: "sleeping in an instruction or in a host function",
    mustNotBeObtained: "a thread that waits beyond the deadline",
    proofs: [
      proof("limits/atomic-wait.wat", "waiting is refused, allowed threads or not", async (shoot, guest) => {
        expect((await shoot(guest, "main")).end).toBe("refused Unsupported threads")
        expect((await shoot(guest, "main", [], { allow: ["threads"] })).end).toBe(
          "refused Unsupported memory.atomic.wait"
        )
      }),
      proof("limits/threads.wat", "shared memory is refused", async (shoot, guest) => {
        expect((await shoot(guest, "main")).end).toBe("refused Unsupported threads")
      }),
      proof(
        "attacks/host-calls.wat",
        "a host function that sleeps uses the guest's time",
        async (shoot, guest) => {
          const asleep = hostFunction.remote(() => Effect.as(Effect.sleep("60 seconds"), 1))
          const shot = await shoot(guest, "main", [], { ...asleep, timeout: 200 }, ["thread"])
          expect(shot.end).toBe("TimedOut")
        }
      )
    ]
  },
  {
    row: 24,
    name: "what differs between machines: NaN bits, relaxed SIMD, growth that fails",
    mustNotBeObtained: "a decision by what the machine is",
    proofs: [
      proof(
        "basics/nan-canonical.wat",
        "NaNs are the one there is, under the policy",
        async (shoot, guest) => {
          const options = { nan: "canonical" } as const
          expect((await shoot(guest, "stored", [], options)).values).toEqual([9221120237041090560n])
          expect((await shoot(guest, "bits", [], options)).values).toEqual([2143289344])
        }
      ),
      proof("limits/relaxed-simd.wat", "refused, or allowed and recorded", async (shoot, guest) => {
        expect((await shoot(guest, "main")).end).toBe("refused Unsupported relaxed-simd")
        const { outcome } = await shoot(guest, "main", [], { allow: ["relaxed-simd"] })
        if (outcome._tag !== "Returned") throw new Error(`it ended as ${outcome._tag}`)
        expect(outcome.metadata.nondeterminism).toEqual(["relaxed-simd"])
      }),
      proof(
        "memory/grow-to-limit.wat",
        "growth fails by the policy, below the engine's bound",
        async (shoot, guest) => {
          const shot = await shoot(guest, "grow", [RUN_POLICY_DEFAULT.memoryPagesMax])
          expect(shot.values).toEqual([-1, 1])
        }
      )
    ]
  },
  {
    row: 25,
    name: "a timeout during a host call",
    mustNotBeObtained:
      "a host function that goes on for a guest that is gone, or an instance that is used again",
    proofs: [
      proof(
        "attacks/host-calls.wat",
        "the Effect is interrupted, and the next firing answers",
        async (shoot, guest) => {
          let interrupted = 0
          const hanging = hostFunction.remote(() =>
            Effect.onInterrupt(Effect.never, () => Effect.sync(() => void interrupted++))
          )
          const shot = await shoot(guest, "main", [], { ...hanging, timeout: 200 }, ["thread"])
          expect([shot.end, interrupted]).toEqual(["TimedOut", 1])
          const answering = hostFunction.remote(() => Effect.succeed(7))
          expect((await shoot(guest, "main", [], answering, ["thread"])).values).toEqual([7])
        }
      )
    ]
  }
]
