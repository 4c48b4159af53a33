import { spawn } from "node:child_process"
import { expect } from "vitest"
import { LOCAL_PRICE } from "../../src/host/HostFunction.ts"
import { runPlain } from "../fuel/meter/runMetered.ts"
import { parseWat } from "../guests/wat.ts"
import { type Attack, MADE, proof } from "./Attack.ts"
import { hostFunction } from "./hostFunction.ts"
import { mainOf } from "./made.ts"
import { bytesOf, type Shoot } from "./Range.ts"

/** Attacks on what holds a guest: its depth, its stops, its account, its own instance. */

const MILLION = { fuel: 1e7 }

/** Depth that a guest counted in its global 0 before it was out of stack. */
const depthOf = async (shoot: Shoot, guest: string, functionName: string, argument: number) => {
  const shot = await shoot(guest, functionName, [argument], { fuel: 1e8, timeout: 20_000 })
  expect(shot.end).toBe("OutOfStack")
  const depth = Number(shot.globals.get(0))
  expect(depth).toBeGreaterThan(100)
  return depth
}

const endsAs = (guest: string, end: string, names: ReadonlyArray<string>) =>
  proof(guest, `${names.join(", ")}: ${end}`, async (shoot) => {
    for (const name of names) expect([name, (await shoot(guest, name, [], MILLION)).end]).toEqual([name, end])
  })

export const HOLDING: ReadonlyArray<Attack> = [
  {
    row: 3,
    name: "a host function that fails and takes the account with it",
    mustNotBeObtained: "the fuel that was used before a host function failed",
    proofs: [
      proof(
        "attacks/host-calls.wat",
        "thirteen units and the call's price are used, also when the host function throws",
        async (shoot, guest) => {
          const shot = await shoot(guest, "main", [], hostFunction.local("explode"))
          expect([shot.end, shot.fuelUsed]).toEqual(["HostFailed", 13 + LOCAL_PRICE.base])
          expect(shot.fuelRemaining).toBe(100_000 - shot.fuelUsed)
        }
      )
    ]
  },
  {
    row: 10,
    name: "recursion whose depth is the compiler tier's",
    mustNotBeObtained: "a depth that depends on how warm the code is, or the engine's own stack overflow",
    proofs: [
      endsAs("stack/recursion.wat", "OutOfStack", ["direct", "mutual", "through_table", "with_result"]),
      endsAs("bombs/recursion-many-locals", "OutOfStack", ["main"]),
      endsAs("bombs/recursion-many-operands", "OutOfStack", ["main"]),
      endsAs("stack/recursion-by-reference.wat", "OutOfStack", ["main"]),
      proof(
        "attacks/tier-depth.wat",
        "cold and after 100,000 calls, inline and in a thread, the depth is one number",
        async (shoot, guest) =>
          expect(await depthOf(shoot, guest, "main", 0)).toBe(await depthOf(shoot, guest, "main", 100_000))
      )
    ]
  },
  {
    row: 11,
    name: "recursion between guest and host",
    mustNotBeObtained: "a call into the guest from a host function, hence a depth that nobody counts",
    proofs: [
      proof(
        "attacks/host-calls.wat",
        "a host function is given memory, clock, chance and a log, and nothing that calls",
        async (shoot, guest) => {
          const shot = await shoot(guest, "main", [], hostFunction.local("reach"))
          expect([shot.end, shot.values]).toEqual(["returned", [0]])
        }
      ),
      proof(
        "host/exported-import.wat",
        "an import that is exported again pays and is gated",
        async (shoot, guest) => {
          expect((await shoot(guest, "now")).end).toBe("refused CapabilityDenied")
          const poor = await shoot(guest, "now", [], { capabilities: ["time"], fuel: 0 })
          expect([poor.end, poor.hostCalls]).toEqual(["OutOfFuel", 0])
        }
      )
    ]
  },
  {
    row: 12,
    name: "exceptions that leave frames without giving back their stack",
    mustNotBeObtained: "a depth that shrinks or grows by throwing",
    proofs: [
      proof(
        "attacks/depth-after-throw.wat",
        "after two thousand exceptions across twenty frames recursion is as deep as before",
        async (shoot, guest) =>
          expect(await depthOf(shoot, guest, "main", 2000)).toBe(await depthOf(shoot, guest, "main", 0))
      ),
      ...["exceptions/depth-released.wat", "exceptions/depth-released-exnref.wat"].map((guest) =>
        proof(guest, "twenty thousand throws across fifty frames return", async (shoot) => {
          const shot = await shoot(guest, "main", [20_000], { fuel: 1e9, timeout: 20_000 })
          expect(shot.values).toEqual([20_000])
        })
      )
    ]
  },
  {
    row: 13,
    name: "catch_all round what stops a guest",
    mustNotBeObtained: "one handler that runs, or one host call that is made, after the guest was stopped",
    proofs: [
      ...["exceptions/catch-all-spin.wat", "exceptions/catch-all-spin-exnref.wat"].flatMap((guest) => [
        endsAs(guest, "OutOfFuel", ["spin", "refill"]),
        endsAs(guest, "OutOfStack", ["recursion"])
      ]),
      proof(
        "attacks/catch-host-stop.wat",
        "no handler counted anything, and there are no more calls than were paid for",
        async (shoot, guest) => {
          for (const name of ["effects", "tower"]) {
            const options = { fuel: 5000, capabilities: ["random"] }
            const shot = await shoot(guest, name, [], options)
            expect([name, shot.end, shot.globals.get(0)]).toEqual([name, "OutOfFuel", "0"])
            const { end, hostCalls } = await shoot(guest, name, [], { ...options, fuel: 10_000 })
            expect(end).toBe("OutOfFuel")
            expect(shot.hostCalls).toBeGreaterThan(1)
            // The price of one call is the same in both: twice the fuel buys twice the calls, and one at most.
            expect(hostCalls).toBeLessThanOrEqual(2 * shot.hostCalls + 2)
          }
        }
      ),
      proof("host/effects-in-a-handler.wat", "twenty units buy no call of 250", async (shoot, guest) => {
        const shot = await shoot(guest, "main", [], { fuel: 20, capabilities: ["random"] })
        expect([shot.end, shot.hostCalls <= 20]).toEqual(["OutOfFuel", true])
      }),
      proof(
        "attacks/host-calls.wat",
        "nor does a handler see that a host function failed",
        async (shoot, guest) => {
          const shot = await shoot(guest, "main", [], hostFunction.local("explode"))
          expect([shot.end, shot.globals.get(0)]).toEqual(["HostFailed", "0"])
        }
      )
    ]
  },
  {
    row: 14,
    name: "a start function, which runs while the instance is made",
    mustNotBeObtained: "instructions of a start function outside the account, the deadline or the grants",
    proofs: [
      endsAs("start/spin.wat", "OutOfFuel", ["main"]),
      endsAs("start/recursion.wat", "OutOfStack", ["main"]),
      proof("host/denied-start.wat", "it is not run where an import is denied", async (shoot, guest) => {
        expect((await shoot(guest, "main")).end).toBe("refused CapabilityDenied")
      }),
      proof("attacks/start-pays.wat", "its 4,001 units are in the firing's", async (shoot, guest) => {
        expect((await shoot(guest, "main")).fuelUsed).toBe(4002)
        expect((await shoot(guest, "main", [], { fuel: 4001 })).end).toBe("OutOfFuel")
      })
    ]
  },
  {
    row: 20,
    name: "a guest that reaches what the meter added",
    mustNotBeObtained: "the counter, the depth, the hooks or the helpers, by name or by index",
    proofs: [
      proof("attacks/own-names.wat", "what it exports under those names is its own", async (shoot, guest) => {
        expect((await shoot(guest, "spin", [], { fuel: 1e5 })).end).toBe("OutOfFuel")
        expect((await shoot(guest, "recursion", [], MILLION)).end).toBe("OutOfStack")
        expect((await shoot(guest, "read")).values).toEqual([7, 8])
      }),
      proof("basics/names.wat", "and can be fired", async (shoot, guest) => {
        expect((await shoot(guest, "munition:fuel")).values).toEqual([1])
      }),
      proof("host/reserved-import.wat", "they cannot be imported", async (shoot, guest) => {
        expect((await shoot(guest, "main")).end).toBe("refused CapabilityDenied")
      }),
      proof("attacks/if-not-taken.wat", "they cannot be fired", async (shoot, guest) => {
        for (const name of ["munition:fuel", "munition:hooks", "munition:start", "munition:depth"])
          expect((await shoot(guest, name)).end).toBe("refused UnknownFunction")
      }),
      proof(
        MADE,
        "an index beyond the guest's own is refused, whatever stands there later",
        async (shoot) => {
          for (let index = 0; index < 8; index++) {
            const codes = [
              [0x41, 1, 0x24, index], // i32.const 1, global.set
              [0x23, index, 0x1a], // global.get, drop
              [0x10, index + 1], // call
              [0x41, 0, 0x25, index, 0x1a], // i32.const 0, table.get, drop
              [0x41, 0, 0x41, 0, 0x11, index + 1, 0] // call_indirect of a type beyond
            ]
            for (const code of codes)
              expect([code, (await shoot(mainOf(...code), "main")).end]).toEqual([code, "refused Malformed"])
          }
        }
      )
    ]
  },
  {
    row: 26,
    name: "a terminated thread that keeps the process from its end",
    mustNotBeObtained: "a daemon that cannot exit, because a guest was in a loop of bulk operations",
    proofs: [
      ...(["outcome", "running"] as const).map((when) =>
        proof(
          "fuel/memory-fill.wat",
          `a process exits, ${when === "outcome" ? "after the deadline" : "while the guest still runs"}`,
          async (_, guest) => expect(await exitStatusOf(guest, "fill", when)).toBe(0)
        )
      )
    ]
  },
  {
    row: 27,
    name: "indices that are not moved, or moved twice",
    mustNotBeObtained: "another function than the one that was named",
    proofs: [
      proof("attacks/indices.wat", "the plain engine gives the same", async (shoot, guest) => {
        const { values } = await shoot(guest, "all")
        expect(values).toEqual([1, 2, 3, 4, 5, 99])
        expect(runPlain(bytesOf(guest), {}, "all").values).toEqual(values)
      })
    ]
  },
  {
    row: 28,
    name: "an instance that is used again after a trap",
    mustNotBeObtained: "anything that an earlier firing left behind, least of all one that failed",
    proofs: [
      proof(
        "basics/fresh-state.wat",
        "before and after a crash it finds the initial state",
        async (shoot, guest) => {
          for (let round = 0; round < 3; round++) {
            expect((await shoot(guest, "disturb")).values).toEqual([0, 7, 1, 42])
            const crash = await shoot(guest, "crash")
            expect([crash.end, crash.globals.get(0)]).toEqual(["Trapped unreachable", "8"])
          }
        }
      ),
      proof(
        "attacks/tier-depth.wat",
        "the stack is whole again after it was used up",
        async (shoot, guest) => {
          const depths = new Set<number>()
          for (let round = 0; round < 3; round++) depths.add(await depthOf(shoot, guest, "main", 0))
          expect(depths.size).toBe(1)
        }
      ),
      proof(MADE, "neither memory that grew nor a dropped segment is seen again", async (shoot) => {
        const wasm = parseWat(
          "reuse",
          `(module (memory 1 9) (data $d "x") (global $g (mut i32) (i32.const 0))
            (func (export "main") (result i32 i32)
              (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)
              (drop (memory.grow (i32.const 3)))
              (global.set $g (i32.add (global.get $g) (i32.const 1)))
              (memory.size) (global.get $g))
            (func (export "trap") (drop (memory.grow (i32.const 3))) (data.drop $d) unreachable))`
        )
        for (let round = 0; round < 3; round++) {
          expect((await shoot(wasm, "trap")).end).toBe("Trapped unreachable")
          expect((await shoot(wasm, "main")).values).toEqual([4, 1])
        }
      })
    ]
  }
]

/** Fires in a process of its own, which ends by `process.exit`; null where it had to be killed. */
const exitStatusOf = (guest: string, functionName: string, when: string): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [new URL("./fireAndExit.ts", import.meta.url).pathname, guest, functionName, when],
      { stdio: ["ignore", "ignore", "inherit"], timeout: 15_000 }
    )
    child.on("error", reject)
    child.on("close", (status) => resolve(status))
  })
