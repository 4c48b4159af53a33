import type { ChildRules } from "../../supervisors/otp/ChildSpec.ts"
import { RESTART_TYPES } from "../../supervisors/otp/ChildSpec.ts"
import { AUTO_SHUTDOWNS, STRATEGIES, type SupervisorFlags } from "../../supervisors/otp/SupervisorFlags.ts"

/**
 * A supervisor, its children and what is done with them, made of chance: how each child starts, how it ends when it
 * is asked to, and the calls, exits and waits that follow.
 */
export interface SupervisionPlan {
  readonly seed: number
  readonly flags: SupervisorFlags
  readonly children: ReadonlyArray<ChildPlan>
  readonly actions: ReadonlyArray<Action>
  /** How the one who made it ends it. */
  readonly ending: "close" | "shutdown" | "kill"
}

export interface ChildPlan {
  readonly id: string
  readonly rules: ChildRules
  /** Milliseconds that its start takes. */
  readonly startMs: number
  /** What its starts come to, in turn; the last for all others. */
  readonly starts: ReadonlyArray<"up" | "ignore" | "fail">
  /** Whether it ends when it is interrupted: at once, 200 ms later, or not at all. */
  readonly nature: "polite" | "slow" | "immortal"
}

const WHATS = ["crash", "crash", "finish", "terminate", "restart", "delete", "start", "list", "wait"] as const

export interface Action {
  readonly what: (typeof WHATS)[number]
  readonly child: ChildPlan
  readonly ms: number
  /** Whether the next action waits for what comes of it. */
  readonly awaited: boolean
}

export const planSupervision = (seed: number, chance: () => number): SupervisionPlan => {
  const among = <A>(items: ReadonlyArray<A>): A => {
    const item = items[Math.floor(chance() * items.length)]
    if (item === undefined) throw new Error("nothing to choose from")
    return item
  }
  const flags = {
    strategy: among(STRATEGIES),
    intensity: Math.floor(chance() * 4),
    periodSeconds: 1 + Math.floor(chance() * 5),
    autoShutdown: among(AUTO_SHUTDOWNS)
  }
  const child = (id: string, first: boolean): ChildPlan => {
    const restart = among(RESTART_TYPES)
    const nature = among(["polite", "polite", "slow", "immortal"] as const)
    return {
      ...{ id, nature, startMs: among([0, 0, 50]) },
      // A first start that fails ends the supervisor, so it is the rarer one.
      starts: [
        first ? among(["up", "up", "up", "up", "ignore", "fail"]) : among(["up", "up", "ignore", "fail"]),
        among(["up", "up", "ignore", "fail"]),
        among(["up", "fail"]),
        "up"
      ],
      rules: {
        restart,
        shutdown: among(nature === "immortal" ? [0, 50, "brutal_kill"] : [0, 50, "brutal_kill", "infinity"]),
        significant: flags.autoShutdown !== "never" && restart !== "permanent" && chance() < 0.5
      }
    }
  }
  const children = Array.from({ length: 1 + Math.floor(chance() * 3) }, (_, i) => child(`c${i}`, true))
  const action = (_: unknown, i: number): Action => {
    const what = among(WHATS)
    return {
      ...{ what, ms: among([0, 1, 20, 100, 3_000]), awaited: chance() < 0.7 },
      child: what === "start" && chance() < 0.8 ? child(`d${i}`, false) : among(children)
    }
  }
  const actions = Array.from({ length: Math.floor(chance() * 9) }, action)
  return { seed, flags, children, actions, ending: among(["close", "close", "shutdown", "kill"]) }
}
