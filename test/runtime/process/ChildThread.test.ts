import { ChildProcess } from "node:child_process"
import { describe, expect, it } from "vitest"
import { ChildThread } from "../../../src/runtime/process/ChildThread.ts"
import { SchedulerCell } from "../../../src/runtime/SchedulerCell.ts"

/** A process as Node shows it, without one: it notes how often it is killed, and does as `kill` does. */
class FakeProcess extends ChildProcess {
  kills = 0
  readonly #kill: (self: FakeProcess) => boolean
  constructor(pid: number | undefined, kill: (self: FakeProcess) => boolean) {
    super()
    this.#kill = kill
    Object.defineProperty(this, "pid", { value: pid })
  }
  override kill(): boolean {
    this.kills += 1
    return this.#kill(this)
  }
}

const losesOf = (child: ChildProcess) => {
  const causes: Array<string> = []
  const thread = new ChildThread(child, new SchedulerCell())
  thread.listen(
    () => {},
    (cause) => void causes.push(cause)
  )
  return { thread, causes }
}

describe("a child that was never started", () => {
  it("is not sent a signal, which Node 22 would send to the daemon's own group", async () => {
    const child = new FakeProcess(undefined, () => true)
    const { thread, causes } = losesOf(child)
    const ended = thread.terminate()
    child.emit("error", new Error("spawn ENOENT"))
    await ended
    expect(child.kills).toBe(0)
    expect(causes).toEqual(["the process could not be started: spawn ENOENT"])
  })
})

describe("a child that may not be killed", () => {
  it("is lost once, and its failure to die does not have it killed for ever", () => {
    const child = new FakeProcess(7, (self) => self.emit("error", new Error("kill EPERM")))
    const { thread, causes } = losesOf(child)
    void thread.terminate()
    expect(causes).toEqual(["the process could not be ended: kill EPERM"])
    expect(child.kills).toBe(1)
  })
})
