import * as Effect from "effect/Effect"
import type { LogRecord } from "../host/builtin/log.ts"
import type { FiringRequest } from "./Firing.ts"
import { FiringCell } from "./FiringCell.ts"
import { inlineEngine } from "./fireInline.ts"
import type { PoolBounds, PooledCall, PooledReport, Unfit } from "./PooledCall.ts"
import type { FiringServices } from "./worker/FiringServices.ts"
import { loadLocals } from "./worker/loadLocals.ts"
import { Slot } from "./worker/pool/Slot.ts"
import { SlotRack } from "./worker/pool/SlotRack.ts"

/**
 * A pool's instances on the caller's own thread: no message, so a small firing costs little more than the call and
 * putting its instance back. It holds the event loop until the guest has ended, as every inline firing does.
 */
export interface InlineRack {
  /** *Returns* what came of it, or `undefined` where there is no instance to be had: see `unfit`. */
  readonly fire: (call: PooledCall) => PooledReport | undefined
  /** Takes the lines that guests have logged since the last time. */
  readonly takeLines: () => ReadonlyArray<LogRecord>
  readonly unfit: () => Unfit | undefined
  readonly trim: (least: number, most: number) => void
}

/** Nobody else is there to look at it: the thread that would is the one that runs the guest. */
class UnwatchedCell extends FiringCell {
  override enter(): void {}
}

export const makeInlineRack = (
  asked: Omit<FiringRequest, "cell" | "goal">,
  { verifyEvery, idleMax }: PoolBounds
): Effect.Effect<InlineRack> =>
  Effect.map(
    Effect.promise(() => loadLocals(asked.declarations)),
    (locals) => {
      const cell = new UnwatchedCell()
      const request: FiringRequest = { ...asked, goal: "fire", cell: cell.buffer }
      let lines: Array<LogRecord> = []
      const services: FiringServices = {
        engine: inlineEngine(),
        locals,
        callRemote: undefined,
        emitLog: (record) => void lines.push(record)
      }
      const rack = new SlotRack<{ readonly slot: Slot }>(
        () => {
          const slot = Slot.of(request, services, cell)
          return "why" in slot ? slot : { slot }
        },
        verifyEvery,
        idleMax
      )
      return {
        fire: (call) => {
          const slotted = rack.take()
          if (slotted === undefined) return undefined
          const report = slotted.slot.fireNow(call, cell)
          rack.restore(slotted)
          rack.give(slotted)
          return report
        },
        takeLines: () => {
          if (lines.length === 0) return lines
          const taken = lines
          lines = []
          return taken
        },
        unfit: () => rack.unfit,
        trim: (least, most) => {
          rack.trim(most)
          rack.fill(least)
        }
      }
    }
  )
