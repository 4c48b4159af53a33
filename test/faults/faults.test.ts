import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import type { FiringCases } from "./firingCases.ts"
import type { SupervisionCases } from "./supervisionCases.ts"

/**
 * In a process of its own, where nobody else starts threads or holds timers, and which ends by itself when nothing is
 * left that would keep it. The seed is another one each time, and stands in what is printed when anything is wrong.
 */
it("leaves nothing behind and loses nothing, whatever goes wrong at whichever transition of the statecharts", async () => {
  const seed = Date.now() % 2 ** 31
  const script = join(import.meta.dirname, "faults.ts")
  const run = promisify(execFile)(process.execPath, [script, "one", "1", String(seed)])
  // It exits with 1 when anything is wrong, and has printed what.
  const { stdout } = await run.catch((failed: { readonly stdout: string }) => failed)
  // The cast: the script printed it.
  const told = JSON.parse(stdout) as { readonly supervision: SupervisionCases; readonly firing: FiringCases }
  expect([`seed ${seed}`, ...told.supervision.wrong, ...told.firing.wrong]).toEqual([`seed ${seed}`])
  // Which of the rest a seed comes by differs; one that is on no list is a hole.
  expect(told.supervision.untaken.filter((taken) => !NEVER_TOLD.includes(taken))).toEqual([])
  expect(told.firing.untaken.filter((untaken) => !NEVER_TAKEN.includes(untaken))).toEqual([])
  expect(told.supervision.cases).toBeGreaterThan(300)
  expect(told.firing.cases).toBeGreaterThan(50)
}, 120_000)

/**
 * Transitions of the charts that no supervisor tells of. They are what arrives too late: its supervisor has taken a
 * child that is being stopped for ended, or a start for broken off, and hears no more of either. A supervisor that has
 * no children yet can be killed by nobody, since its start has not handed it out.
 */
const NEVER_TOLD = [
  ...["EXITED", "TIMED_OUT"].map((event) => `child: exited -${event}-> exited`),
  "child: shutting_down -STARTED-> shutting_down",
  "child: shutting_down -IGNORED-> exited",
  "child: shutting_down -START_FAILED-> exited",
  "child: shutting_down -SHUTDOWN-> shutting_down",
  "child: killing -STARTED-> killing",
  "child: killing -IGNORED-> exited",
  "child: killing -START_FAILED-> exited",
  "child: killing -SHUTDOWN-> killing",
  ...["EXITED", "TIMED_OUT"].map((event) => `child: restarting -${event}-> restarting`),
  ...["EXITED", "TIMED_OUT"].map((event) => `child: stopped -${event}-> stopped`),
  "supervisor: init -KILL-> terminated",
  "supervisor: terminating -SHUTDOWN-> terminating"
]

/**
 * Transitions of an instance that no plan brings about: a guest of ours that runs out of memory as it starts, and the
 * ends of one that nobody calls: its deadline is a call's, and whoever lets go of it has it cleaned.
 */
const NEVER_TAKEN = [
  "instance: compiling -OutOfMemory-> captured",
  "instance: instantiated -TimedOut-> captured",
  "instance: instantiated -Cancelled-> captured"
]
