import { setup } from "xstate"
import type { ChildEvent } from "./ChildTable.ts"

/**
 * One supervised child, from its first start to the deletion of its spec.
 *
 *     starting ──▶ running ──▶ shutting_down ──▶ killing
 *        ▲ │          │              │              │
 *        │ └──────────┴──────────────┴──────────────┴──▶ exited ──▶ deleted
 *        │                                                │  │
 *        ├──────────────── restarting ◀───────────────────┘  │
 *        └──────────────── stopped ◀─────────────────────────┘
 *
 * `exited` is where the supervisor decides: again, later again, keep the spec, or delete it. A kill that does not
 * end the child ends the wait for it: TIMED_OUT in `killing` leads on, so that nobody's child can hang the tree.
 * It decides only; that a child ended while it was being asked to, or after it was given up, are events like others.
 */
export const childMachine = setup({
  // The inferred type is what the chart is checked against; there is no value to give it.
  types: { events: {} as { readonly type: ChildEvent } }
}).createMachine({
  id: "child",
  initial: "starting",
  states: {
    starting: {
      on: {
        STARTED: "running",
        // The start said that there is nothing to run: the spec stays, without a child.
        IGNORED: "exited",
        START_FAILED: "exited",
        // The supervisor is told to stop while the start is under way.
        SHUTDOWN: "shutting_down",
        KILL: "killing"
      }
    },
    running: { on: { EXITED: "exited", SHUTDOWN: "shutting_down", KILL: "killing" } },
    shutting_down: {
      on: {
        EXITED: "exited",
        TIMED_OUT: "killing",
        KILL: "killing",
        // The start that was under way comes to its end.
        STARTED: "shutting_down",
        IGNORED: "exited",
        START_FAILED: "exited",
        SHUTDOWN: "shutting_down"
      }
    },
    killing: {
      on: {
        EXITED: "exited",
        TIMED_OUT: "exited",
        STARTED: "killing",
        IGNORED: "exited",
        START_FAILED: "exited",
        SHUTDOWN: "killing",
        KILL: "killing"
      }
    },
    exited: {
      on: {
        RESTART: "starting",
        TRY_AGAIN: "restarting",
        KEEP: "stopped",
        DELETE: "deleted",
        // A child that was given up may still end, and its timer may still ring.
        EXITED: "exited",
        TIMED_OUT: "exited"
      }
    },
    restarting: {
      on: {
        RESTART: "starting",
        KEEP: "stopped",
        DELETE: "deleted",
        EXITED: "restarting",
        TIMED_OUT: "restarting"
      }
    },
    stopped: { on: { RESTART: "starting", DELETE: "deleted", EXITED: "stopped", TIMED_OUT: "stopped" } },
    deleted: { type: "final" }
  }
})
