import { setup } from "xstate"
import type { InstanceEvent } from "./InstanceTable.ts"

/**
 * The life of one instance, from the first byte compiled to the last thing cleaned.
 *
 *     compiling ──▶ instantiated ──▶ executing ─────────────────────▶ cleaned
 *         │              │           running ─▶ returned                 ▲
 *         └──────────────┴──────────────┴──────▶ captured ───────────────┘
 *                                                capturing ─▶ taken
 *
 * It decides only: no timers, no promises, no I/O. A deadline, a cancellation and a lost engine are events like
 * any other, so they are named in every state where they can arrive; one that arrives too late to matter leads
 * back to where it found the instance. The two inner states are what makes "clean only what has returned or been
 * captured" a rule of the chart. A refusal is decided before there is an instance and has no life here.
 *
 * `InstanceTable.ts` holds the same as a table, for whoever cannot afford an actor; a test holds both together.
 */
export const instanceMachine = setup({
  // The inferred type is what the chart is checked against; there is no value to give it.
  types: { events: {} as { readonly type: InstanceEvent } }
}).createMachine({
  id: "instance",
  initial: "compiling",
  states: {
    compiling: {
      on: {
        INSTANTIATED: "instantiated",
        // A start function, a segment or a constant expression can fail in every way a call can.
        OutOfFuel: "captured",
        OutOfStack: "captured",
        OutOfMemory: "captured",
        Trapped: "captured",
        TimedOut: "captured",
        Cancelled: "captured",
        GuestException: "captured",
        HostFailed: "captured",
        EngineLost: "captured"
      }
    },
    instantiated: {
      on: {
        CALLED: "executing",
        // A resident guest that nobody has called.
        CLEANED: "cleaned",
        // No guest code runs here, so only what comes from outside can end it.
        TimedOut: "captured",
        Cancelled: "captured",
        EngineLost: "captured"
      }
    },
    executing: {
      initial: "running",
      states: {
        running: {
          on: {
            RETURNED: "returned",
            OutOfFuel: "#instance.captured",
            OutOfStack: "#instance.captured",
            OutOfMemory: "#instance.captured",
            Trapped: "#instance.captured",
            TimedOut: "#instance.captured",
            Cancelled: "#instance.captured",
            GuestException: "#instance.captured",
            HostFailed: "#instance.captured",
            EngineLost: "#instance.captured"
          }
        },
        returned: {
          on: {
            CLEANED: "#instance.cleaned",
            // A resident guest answers one call after the other.
            CALLED: "running",
            // The account is settled after the return: a run that charged more than it had is out of fuel.
            OutOfFuel: "#instance.captured",
            // The values are out; these come too late.
            TimedOut: "returned",
            Cancelled: "returned",
            EngineLost: "returned"
          }
        }
      }
    },
    captured: {
      initial: "capturing",
      states: {
        capturing: {
          on: {
            CAPTURED: "taken",
            // The reason stands; what can no longer be read becomes `Missing`.
            TimedOut: "capturing",
            Cancelled: "capturing",
            EngineLost: "capturing"
          }
        },
        taken: {
          on: {
            CLEANED: "#instance.cleaned",
            TimedOut: "taken",
            Cancelled: "taken",
            EngineLost: "taken"
          }
        }
      }
    },
    cleaned: { type: "final" }
  }
})
