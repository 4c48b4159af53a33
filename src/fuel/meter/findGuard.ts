import { BLOCK, CALL, CATCH, ELSE, END, type Events, IF, LOOP, TAIL_CALL_INDIRECT } from "./Events.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { BOUNDED, calleeOf, has, type Traits } from "./Traits.ts"

/**
 * The guard of a function is the place where it counts its depth and looks at the counter, before it calls
 * anything that could go far. It is as late as one place can be that every such call has behind it, and outside
 * of loops:
 *
 * ```
 *   if (n < 2) return n        half of all entries of fib end here, and have looked at nothing
 *   guard
 *   return fib(n - 1) + fib(n - 2)
 * ```
 * *Returns* the event, counted from the function's first, after which the guard belongs; -1 where it needs none.
 */
export const findGuard = (
  events: Events,
  { firstEvent, endEvent, firstCall, endCall }: FunctionAnalysis,
  traits: Traits,
  tracked: boolean
): number => {
  if (firstCall === endCall) return -1
  const { kind, argument } = events
  let first = -1
  let last = -1
  for (let event = firstEvent; event < endEvent; event++) {
    if ((kind[event] ?? 0) < CALL || (kind[event] ?? 0) > TAIL_CALL_INDIRECT) continue
    if (!tracked && has(traits, calleeOf(traits, kind[event] ?? 0, argument[event] ?? 0), BOUNDED)) continue
    if (first < 0) first = event
    last = event
  }
  return first < 0 ? -1 : latest(events, firstEvent, first, last)
}

const latest = (events: Events, firstEvent: number, first: number, last: number): number => {
  const { kind } = events
  // By arm that is open: the latest event in it, before what is open in it now, and whether it is a loop's body.
  const latestIn: Array<number> = [firstEvent]
  const isLoop: Array<boolean> = [false]
  for (let event = firstEvent + 1; event < first; event++) {
    const now = kind[event]
    if (now === BLOCK || now === LOOP || now === IF) {
      latestIn.push(event)
      isLoop.push(now === LOOP)
      continue
    }
    if (now === END) {
      latestIn.pop()
      isLoop.pop()
    }
    latestIn[latestIn.length - 1] = event
  }
  // Of the arms that are open at the first call, how many are still the same at the last?
  let shared = latestIn.length
  let depth = latestIn.length
  for (let event = first + 1; event < last; event++) {
    const now = kind[event]
    if (now === BLOCK || now === LOOP || now === IF) depth++
    else if (now === END) depth--
    else if ((now === ELSE || now === CATCH) && depth <= shared) shared = depth - 1
    if (depth < shared) shared = depth
  }
  const loop = isLoop.indexOf(true)
  if (loop >= 0 && loop < shared) shared = loop
  return (latestIn[Math.max(shared, 1) - 1] ?? firstEvent) - firstEvent
}
