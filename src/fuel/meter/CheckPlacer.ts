import { HOLDS_LOOP, LOOP_GOES_ROUND } from "./ChargeLabels.ts"
import type { ChargePlacer } from "./ChargePlacer.ts"
import type { Events } from "./Events.ts"
import * as Event from "./Events.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { findGuard } from "./findGuard.ts"
import { RESERVE_SLOTS } from "./findTraits.ts"
import { CARRIED_MAX, LookState, UNCHECKED_MAX } from "./LookState.ts"
import type { Placement } from "./Placement.ts"
import { BOUNDED, calleeOf, has, TRACKED, type Traits } from "./Traits.ts"

/**
 * Where one function looks at its counter.
 *
 * No way through the code may go far between two looks. It reads the function forwards and knows at every place
 * the most that can have been charged since the last look, on any way to there, and which of the open loops have
 * looked since their header:
 *
 * ```
 *   loop $rows             every way round has looked in $cells, so this header need not
 *     loop $cells          looks
 *       …
 *       br_if $cells
 *     end
 *     br_if $rows
 *   end
 * ```
 * It looks at the guard (`findGuard.ts`), in every loop, and wherever more than {@link UNCHECKED_MAX} could have
 * been charged since. Guards and loops alone would not do: unwinding 4,000 frames with a megabyte of code behind
 * each call ran 2.4 thousand million instructions.
 */

/** The most that a function charges before its guard: its callers count on it. */
export const EARLY_MAX = 256

/** After the event: look. */
export const CHECK = 1
/** Where a `BRANCH_IF` branches, or in the `else` that is put before an `END`: look. */
export const CHECK_EDGE = 2
/** After the event: the guard, which counts depth, and looks. */
export const GUARD = 4

export class CheckPlacer {
  /** By event of the function: bits. */
  flags = new Uint8Array(256)

  readonly #events: Events
  readonly #traits: Traits
  readonly #rules: Placement
  /** On some way out more than {@link EARLY_MAX} was charged without a look. */
  #tooEarly = false
  readonly #state = new LookState(
    (loop) => this.#check(loop),
    () => this.#leave()
  )

  constructor(events: Events, traits: Traits, rules: Placement) {
    this.#events = events
    this.#traits = traits
    this.#rules = rules
  }

  /** Fills `flags` for one function, whose charges are placed. */
  place(analysis: FunctionAnalysis, charges: ChargePlacer, node: number, slots: number): void {
    const count = analysis.endEvent - analysis.firstEvent
    if (this.flags.length < count) this.flags = new Uint8Array(Math.max(count, this.flags.length * 2))
    this.flags.fill(0, 0, count)
    if (has(this.#traits, node, BOUNDED)) return
    const tracked = has(this.#traits, node, TRACKED)
    let guard = findGuard(this.#events, analysis, this.#traits, tracked)
    let early = this.#rules.spareChecks && !analysis.handles
    if (tracked && (guard < 0 || slots > RESERVE_SLOTS)) early = false
    if (early) {
      this.#walk(analysis, charges, guard, true)
      if (!this.#tooEarly) return
      this.flags.fill(0, 0, count)
    }
    if (guard >= 0 || tracked) guard = 0
    this.#walk(analysis, charges, guard, false)
  }

  #walk(analysis: FunctionAnalysis, charges: ChargePlacer, guard: number, early: boolean): void {
    const { firstEvent, endEvent, handles } = analysis
    const { kind, argument } = this.#events
    const { after, edge } = charges
    const { flags } = this
    const state = this.#state
    state.begin(early)
    this.#tooEarly = false
    if (!early && guard < 0) flags[0] = CHECK
    for (let i = 0; i < endEvent - firstEvent; i++) {
      const event = firstEvent + i
      const bits = argument[event] ?? 0
      switch (kind[event]) {
        case Event.ENTRY:
        case Event.STEP:
          break
        case Event.BLOCK:
          state.open(-1)
          break
        case Event.LOOP:
          this.#loop(i, charges.loop[i] ?? 0, handles)
          break
        case Event.IF:
          state.open(-1)
          state.save()
          break
        case Event.ELSE:
          state.join(0)
          state.restore()
          break
        case Event.CATCH:
          state.join(0)
          state.unknown()
          break
        case Event.END:
          this.#end(i, bits, edge[i] ?? 0, handles)
          break
        case Event.BRANCH:
          state.join(bits)
          state.live = false
          break
        case Event.BRANCH_IF: {
          const { unchecked, early: since, looked } = state
          this.#charge(edge[i] ?? 0, i, CHECK_EDGE)
          state.join(bits >> 1)
          state.unchecked = unchecked
          state.early = since
          state.looked = looked
          break
        }
        case Event.BRANCH_ON:
          state.join(bits >> 1)
          break
        case Event.BRANCH_TABLE:
          state.table(state.depth - 1 - bits)
          state.live = false
          break
        case Event.CALL:
        case Event.CALL_INDIRECT:
          this.#call(calleeOf(this.#traits, kind[event] ?? 0, bits), i)
          break
        case Event.TAIL_CALL:
        case Event.TAIL_CALL_INDIRECT:
          // Its caller cannot tell what it charges from what the callee does.
          if (state.early >= 0)
            state.early += this.#traits.residual[calleeOf(this.#traits, kind[event] ?? 0, bits)] ?? 0
          this.#leave()
          state.live = false
          break
        case Event.RETURN:
          this.#leave()
          state.live = false
          break
        case Event.THROW:
        case Event.UNREACHABLE:
          state.live = false
          break
      }
      this.#charge(after[i] ?? 0, i, CHECK)
      if (i !== guard) continue
      flags[i] = (flags[i] ?? 0) | GUARD | CHECK
      state.look()
    }
    this.#leave()
  }

  #charge(amount: number, i: number, check: number): void {
    const state = this.#state
    state.unchecked += amount
    if (state.early >= 0) state.early += amount
    if (state.unchecked > UNCHECKED_MAX) this.flags[i] = (this.flags[i] ?? 0) | check
    if (((this.flags[i] ?? 0) & check) !== 0) state.look()
  }

  /** A call looks for itself, but for what it may charge before its guard, or all that it charges. */
  #call(node: number, i: number): void {
    const traits = this.#traits
    const uncounted = has(traits, node, BOUNDED) ? (traits.residual[node] ?? 0) : EARLY_MAX
    this.#charge(uncounted, i, CHECK)
  }

  #leave(): void {
    if (this.#state.live && this.#state.early > EARLY_MAX) this.#tooEarly = true
  }

  #loop(i: number, holds: number, handles: boolean): void {
    const state = this.#state
    state.open(i)
    state.loops++
    if ((holds & LOOP_GOES_ROUND) === 0) return
    // What holds another loop is taken to look there, until a way round is found on which it does not.
    const looks = (holds & HOLDS_LOOP) === 0 || state.unchecked > CARRIED_MAX
    if (looks || handles || !this.#rules.spareChecks) this.#check(i)
    else state.unchecked = CARRIED_MAX
  }

  #check(loop: number): void {
    this.flags[loop] = (this.flags[loop] ?? 0) | CHECK
  }

  #end(i: number, bits: number, edge: number, handles: boolean): void {
    const state = this.#state
    state.joinTables()
    if ((bits & Event.LABEL_LOOP) !== 0) return state.closeLoop()
    state.join(0)
    if ((bits & Event.LABEL_IF) !== 0) {
      state.restore()
      this.#charge(edge, i, CHECK_EDGE)
      state.join(0)
    }
    state.close((bits & Event.LABEL_TARGETED) !== 0)
    if (handles && (bits & Event.LABEL_PAYS) !== 0) state.unknown()
  }
}
