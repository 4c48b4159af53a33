import { describe, expect, it } from "vitest"
import { Inbox } from "../../src/runtime/Inbox.ts"

const loop = () => new Promise<void>((resolve) => setImmediate(resolve))

describe("an inbox", () => {
  it("takes up what came, in its order, and lets the event loop in between", async () => {
    const taken: Array<number> = []
    let turns = 0
    const inbox = new Inbox<number>((message) => {
      taken.push(message)
      // Each takes a while, and the first ones are answered at once with another.
      const until = performance.now() + 1
      while (performance.now() < until) {}
      if (message < 20) inbox.push(message + 100)
    })
    for (let i = 0; i < 40; i++) inbox.push(i)
    expect(taken).toEqual([])
    while (taken.length < 60) {
      await loop()
      turns++
    }
    expect(taken).toEqual([
      ...Array.from({ length: 40 }, (_, i) => i),
      ...Array.from({ length: 20 }, (_, i) => i + 100)
    ])
    // Each takes as long as a turn may last.
    expect(turns).toBeGreaterThan(20)
  })

  it("takes up all that waits when it is to end, also while it is taking up", async () => {
    const taken: Array<string> = []
    const inbox: Inbox<string> = new Inbox((message) => {
      taken.push(message)
      if (message === "b") inbox.flush()
    })
    for (const message of ["a", "b", "c", "d"]) inbox.push(message)
    inbox.flush()
    expect(taken).toEqual(["a", "b", "c", "d"])
    inbox.push("e")
    await loop()
    expect(taken).toEqual(["a", "b", "c", "d", "e"])
  })
})
