import { setup } from "xstate"
import type { SlotEvent } from "./SlotTable.ts"

/**
 * The life of a pool's slot: one instance that serves one firing after the other.
 *
 *     making ──▶ idle ──▶ firing ──▶ restoring ──▶ idle …
 *                  │         │           ├──▶ captured   it is not as it was: nobody fires this module so again
 *                  │         ├───────────┼──▶ captured   the firing failed: never used again
 *                  └─────────┴───────────┴──▶ cleaned
 *
 * The firing that it serves has a life of its own, on the chart of the instance; to that one each slot is new.
 *
 * `SlotTable.ts` holds the same as a table; a test holds both together.
 */
export const slotMachine = setup({
  // The inferred type is what the chart is checked against; there is no value to give it.
  types: { events: {} as { readonly type: SlotEvent } }
}).createMachine({
  id: "slot",
  initial: "making",
  states: {
    making: {
      on: {
        MADE: "idle",
        // It cannot be made, or not be put back to the last bit.
        UNFIT: "cleaned"
      }
    },
    idle: {
      on: {
        GIVEN: "firing",
        // The pool needs fewer, or is no more.
        CLOSED: "cleaned"
      }
    },
    firing: {
      on: {
        RETURNED: "restoring",
        FAILED: "captured"
      }
    },
    restoring: {
      on: {
        RESTORED: "idle",
        // A memory or a table has grown, which nothing undoes.
        GREW: "cleaned",
        DIFFERED: "captured"
      }
    },
    captured: {
      on: { CAPTURED: "cleaned" }
    },
    cleaned: { type: "final" }
  }
})
