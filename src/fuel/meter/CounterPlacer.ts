import {
  HOLDS_CALL,
  HOLDS_HANDLER,
  HOLDS_LOOP,
  LEAVES_PERHAPS,
  LOOP_GOES_ROUND,
  LOOP_HAS_PARAMS
} from "./ChargeLabels.ts"
import type { ChargePlacer } from "./ChargePlacer.ts"
import { CHECK } from "./CheckPlacer.ts"
import { CALL, CALL_INDIRECT, END, type Events, HELPER, LABEL_LOOP, LOOP } from "./Events.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import type { Placement } from "./Placement.ts"
import { calleeOf, sparesCounter, type Traits } from "./Traits.ts"

/**
 * Where the counter of a function is a local, and which loops are left for a refill.
 *
 * A global counter is loaded and stored at each charge, one after the other; a local is a register. But whoever else
 * charges must find it, so it is a local only where nobody else does: in *quiet* loops, which call nothing that
 * charges, and in functions that would otherwise take it and put it back at every other step.
 */

/** In this loop, or for `ENTRY` in all of the function but round calls, the counter is a local. */
export const COUNTER_LOCAL = 8
/** This loop is left for a refill and entered again. */
export const REFILL_OUTSIDE = 16

/**
 * A JSON parser that skips blanks before each token cost 1.50 of plain with a local for each of its fourteen quiet
 * loops, and 1.29 with one for the function. Where such loops are few and long, one each is better: 1.07 against 1.22.
 */
const QUIET_LOOPS_MIN = 6
const CHARGES_PER_SYNC = 8

const NOT_QUIET = HOLDS_CALL | HOLDS_HANDLER | LEAVES_PERHAPS
const NOT_ENTERED_TWICE = HOLDS_CALL | HOLDS_LOOP | HOLDS_HANDLER | LOOP_HAS_PARAMS

/**
 * Adds its bits to the flags of one function, whose charges and looks are placed.
 *
 * *Returns* whether the counter is a local anywhere.
 */
export const placeCounter = (
  events: Events,
  traits: Traits,
  rules: Placement,
  analysis: FunctionAnalysis,
  charges: ChargePlacer,
  flags: Uint8Array
): boolean => {
  if (!rules.fuelInLocals || analysis.loops === 0) return false
  const { kind, argument } = events
  const { firstEvent, endEvent } = analysis
  const everywhere = isEverywhere(events, traits, analysis, charges)
  if (everywhere) flags[0] = (flags[0] ?? 0) | COUNTER_LOCAL
  const entersTwice = rules.refillOutsideLoops && rules.whenEmpty === "refill"
  let loops = 0
  // The number of the outermost loop in which the counter is a local, 0 outside of any.
  let quiet = 0
  let found = everywhere
  for (let i = 0; i < endEvent - firstEvent; i++) {
    const event = firstEvent + i
    if (kind[event] === LOOP) {
      loops++
      const holds = charges.loop[i] ?? 0
      if (!everywhere && quiet === 0 && (holds & NOT_QUIET) === 0 && (holds & LOOP_GOES_ROUND) !== 0) {
        quiet = loops
        found = true
        flags[i] = (flags[i] ?? 0) | COUNTER_LOCAL
      }
      const looks = ((flags[i] ?? 0) & CHECK) !== 0
      if (entersTwice && looks && (everywhere || quiet > 0) && (holds & NOT_ENTERED_TWICE) === 0)
        flags[i] = (flags[i] ?? 0) | REFILL_OUTSIDE
    } else if (kind[event] === END && ((argument[event] ?? 0) & LABEL_LOOP) !== 0) {
      if (quiet === loops) quiet = 0
      loops--
    }
  }
  return found
}

/** Whether the counter is a local in all of the function but round calls. */
const isEverywhere = (
  { kind, argument }: Events,
  traits: Traits,
  { firstEvent, endEvent, handles, loops }: FunctionAnalysis,
  { after, edge, loop, holds }: ChargePlacer
): boolean => {
  if (handles || (holds & LEAVES_PERHAPS) !== 0 || loops < QUIET_LOOPS_MIN) return false
  let charges = 0
  let syncs = 1
  let quietLoops = 0
  let inside = 0
  for (let i = 0; i < endEvent - firstEvent; i++) {
    const event = firstEvent + i
    const now = kind[event] ?? 0
    if ((after[i] ?? 0) > 0) charges++
    if ((edge[i] ?? 0) > 0) charges++
    if (now === LOOP && (inside > 0 || ((loop[i] ?? 0) & HOLDS_CALL) === 0) && inside++ === 0) quietLoops++
    else if (now === END && inside > 0 && ((argument[event] ?? 0) & LABEL_LOOP) !== 0) inside--
    else if (now === HELPER) syncs++
    else if (now === CALL || now === CALL_INDIRECT) {
      if (!sparesCounter(traits, calleeOf(traits, now, argument[event] ?? 0))) syncs++
    }
  }
  return quietLoops >= QUIET_LOOPS_MIN && charges > CHARGES_PER_SYNC * syncs
}
