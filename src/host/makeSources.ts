import { makeVirtualClock, realClock } from "./builtin/clock.ts"
import { makeRealRandom, makeVirtualRandom } from "./builtin/random.ts"
import type { Grants } from "./Grant.ts"
import type { Clock, RandomSource } from "./HostContext.ts"

/**
 * The clock and the chance of one firing, as they were granted.
 *
 * What was not granted is virtual: no guest reaches it, and a host function that looks at it anyway finds something
 * that is the same in every run. A new pair for each firing, or one would see how often another had asked.
 */
export const makeSources = ({
  granted
}: Grants): { readonly clock: Clock; readonly random: RandomSource } => {
  const time = granted.find((grant) => grant.capability === "time")
  const random = granted.find((grant) => grant.capability === "random")
  return {
    clock: time !== undefined && "source" in time && time.source === "real" ? realClock : makeVirtualClock(),
    random:
      random !== undefined && "source" in random && random.source === "real"
        ? makeRealRandom()
        : makeVirtualRandom(random !== undefined && "seed" in random ? random.seed : 0n)
  }
}
