import { fire } from "../../src/promise.ts"
import { bytesOf } from "./Range.ts"

/**
 * `node test/escape/fireAndExit.ts GUEST FUNCTION outcome|running`: fires with fuel for months and ends by
 * `process.exit`, after the outcome or while the guest runs. Status 1 where the guest was not stopped. On a machine
 * that is busy enough, what stops it is the last fence and not the deadline: the process must end all the same.
 */
const [guest = "", functionName = "", when] = process.argv.slice(2)
const fired = fire(bytesOf(guest), functionName, [], {
  fuel: 9e11,
  timeout: when === "running" ? 60_000 : 300
})
if (when === "running") setTimeout(() => process.exit(0), 500)
const outcome = await fired
process.exit(outcome._tag === "Crash" && ["TimedOut", "EngineLost"].includes(outcome.reason._tag) ? 0 : 1)
