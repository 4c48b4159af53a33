import type { AnyStateMachine } from "xstate"

/**
 * Every statechart by its id: what whoever draws, lists or checks charts goes through.
 *
 * A chart is loaded when it is asked for. The command line knows the names at every start, and must not pay for
 * XState to know them.
 */
export interface ChartEntry {
  /** One sentence: whose states these are. */
  readonly about: string
  readonly load: () => Promise<AnyStateMachine>
}

export const CHARTS: Readonly<Record<string, ChartEntry>> = {
  instance: {
    about: "The life of one instance, from the first byte compiled to the last thing cleaned.",
    load: () => import("./Instance.ts").then(({ instanceMachine }) => instanceMachine)
  },
  scheduler: {
    about: "The life of a scheduler: a thread that runs guests, as its supervisor sees it.",
    load: () => import("./Scheduler.ts").then(({ schedulerMachine }) => schedulerMachine)
  },
  slot: {
    about: "The life of a pool's slot: an instance that serves one firing after the other.",
    load: () => import("./Slot.ts").then(({ slotMachine }) => slotMachine)
  },
  child: {
    about: "What a supervisor knows of one of its children, from its first start to its deletion.",
    load: () => import("./Child.ts").then(({ childMachine }) => childMachine)
  },
  supervisor: {
    about: "The life of a supervisor, in the words of OTP.",
    load: () => import("./Supervisor.ts").then(({ supervisorMachine }) => supervisorMachine)
  }
}
