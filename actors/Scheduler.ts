import { setup } from "xstate"
import type { SchedulerEvent } from "./SchedulerTable.ts"

/**
 * The life of one scheduler: a thread that runs guests, as its supervisor sees it.
 *
 *     running ──▶ lost ──▶ cleaned
 *        └──────▶ ending ─────▲
 *
 * `lost` is for schedulers what `captured` is for instances: all that they ran is accounted for there, before
 * anything is let go. How many guests a scheduler has is a number, and no place of the chart.
 *
 * `SchedulerTable.ts` holds the same as a table; a test holds both together.
 */
export const schedulerMachine = setup({
  // The inferred type is what the chart is checked against; there is no value to give it.
  types: { events: {} as { readonly type: SchedulerEvent } }
}).createMachine({
  id: "scheduler",
  initial: "running",
  states: {
    running: {
      on: {
        GIVEN: "running",
        REPORTED: "running",
        // A slice, or a phase, did not come back: it is terminated.
        SILENT: "lost",
        EXITED: "lost",
        STOPPED: "ending"
      }
    },
    lost: {
      on: {
        // Every firing that it had was told of the loss, or is given to another scheduler.
        ANSWERED: "cleaned",
        REPORTED: "lost",
        SILENT: "lost",
        EXITED: "lost",
        STOPPED: "lost"
      }
    },
    ending: {
      on: {
        EXITED: "cleaned",
        // What it still reports is answered all the same.
        REPORTED: "ending",
        SILENT: "ending",
        STOPPED: "ending"
      }
    },
    cleaned: { type: "final" }
  }
})
