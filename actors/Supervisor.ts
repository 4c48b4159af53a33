import { setup } from "xstate"
import type { SupervisorEvent } from "./SupervisorTable.ts"

/**
 * One supervisor, from the start of its first child to the end of its last.
 *
 *     init ──▶ running ⇄ restarting
 *       │         │          │
 *       └─────────┴──────────┴──▶ terminating ──▶ terminated
 *
 * It handles one message at a time, so there are no calls and no exits in `restarting` and `terminating`: what
 * arrives there waits, and is handled in `running` or never. A restart whose start failed leads back to `running`
 * first, so that a call or a shutdown can come between two tries. Only a kill skips the children's shutdown.
 */
export const supervisorMachine = setup({
  // The inferred type is what the chart is checked against; there is no value to give it.
  types: { events: {} as { readonly type: SupervisorEvent } }
}).createMachine({
  id: "supervisor",
  initial: "init",
  states: {
    init: {
      on: {
        CHILDREN_STARTED: "running",
        // One child did not start: those before it are stopped.
        START_FAILED: "terminating",
        SHUTDOWN: "terminating",
        KILL: "terminated"
      }
    },
    running: {
      on: {
        CALL: "running",
        CHILD_EXITED: "restarting",
        TRY_AGAIN: "restarting",
        SHUTDOWN: "terminating",
        KILL: "terminated"
      }
    },
    restarting: {
      on: {
        RESTARTED: "running",
        // A child that is not to be restarted, or one that is no longer there.
        NOT_RESTARTED: "running",
        START_FAILED: "running",
        INTENSITY_REACHED: "terminating",
        AUTO_SHUTDOWN: "terminating",
        SHUTDOWN: "terminating",
        KILL: "terminated"
      }
    },
    terminating: { on: { CHILDREN_STOPPED: "terminated", SHUTDOWN: "terminating", KILL: "terminated" } },
    terminated: { type: "final" }
  }
})
