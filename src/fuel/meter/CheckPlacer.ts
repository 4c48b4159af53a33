import type { ChargePlacer } from "./ChargePlacer.ts"
import {
  HOLDS_CALL,
  HOLDS_HANDLER,
  HOLDS_LOOP,
  LEAVES_PERHAPS,
  LOOP_GOES_ROUND,
  LOOP_HAS_PARAMS
} from "./ChargePlacer.ts"
import {
  BLOCK,
  BRANCH,
  BRANCH_IF,
  BRANCH_ON,
  BRANCH_TABLE,
  CALL,
  CALL_INDIRECT,
  CATCH,
  ELSE,
  END,
  ENTRY,
  type Events,
  HELPER,
  IF,
  LABEL_IF,
  LABEL_LOOP,
  LABEL_PAYS,
  LABEL_TARGETED,
  LOOP,
  RETURN,
  STEP,
  TAIL_CALL,
  TAIL_CALL_INDIRECT,
  THROW,
  UNREACHABLE
} from "./Events.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { calleeOf, findGuard } from "./findGuard.ts"
import { RESERVE_SLOTS } from "./findTraits.ts"
import type { Placement } from "./Placement.ts"
import { BOUNDED, has, sparesCounter, TRACKED, type Traits } from "./Traits.ts"

/**
 * Where one function looks at its counter, and where the counter is a local.
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

/** The most that may be charged in one function between two looks at the counter. */
export const UNCHECKED_MAX = 4096

/** The most that a function charges before its guard: its callers count on it. */
export const EARLY_MAX = 256

/** The most that can have been charged, since a look, when a loop that need not look is entered again. */
const CARRIED_MAX = 1024

/** After the event: look. */
export const CHECK = 1
/** Where a `BRANCH_IF` branches, or in the `else` that is put before an `END`: look. */
export const CHECK_EDGE = 2
/** After the event: the guard, which counts depth, and looks. */
export const GUARD = 4
/** In this loop the counter is a local. */
export const COUNTER_LOCAL = 8
/** This loop is left for a refill and entered again. */
export const REFILL_OUTSIDE = 16

export class CheckPlacer {
  /** By event of the function: bits. */
  flags = new Uint8Array(256)

  readonly #events: Events
  readonly #traits: Traits
  readonly #rules: Placement
  // Where control is: the most charged since a look, since the entry without any (-1: there was one), how many
  // of the open loops have looked since their header, and how many are open.
  #unchecked = 0
  #early = -1
  #looked = 0
  #loops = 0
  #live = true
  #tooEarly = false
  /** The outermost loop in which the counter is a local, by its number; 0 outside of any. */
  #local = 0
  // By open label: what comes to it, and what its `if` came from.
  #depth = 0
  #rows = new Int32Array(64 * ROW)

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
    this.#unchecked = 0
    this.#early = early ? 0 : -1
    this.#looked = 0
    this.#loops = 0
    this.#live = true
    this.#tooEarly = false
    this.#local = 0
    this.#depth = 0
    this.#open(-1)
    if (this.#everywhere(analysis, charges)) {
      this.#local = EVERYWHERE
      flags[0] = COUNTER_LOCAL
    }
    if (!early && guard < 0) flags[0] = (flags[0] ?? 0) | CHECK
    for (let i = 0; i < endEvent - firstEvent; i++) {
      const event = firstEvent + i
      const bits = argument[event] ?? 0
      switch (kind[event]) {
        case ENTRY:
        case STEP:
          break
        case BLOCK:
          this.#open(-1)
          break
        case LOOP:
          this.#loop(i, charges.loop[i] ?? 0, handles)
          break
        case IF:
          this.#open(-1)
          this.#save()
          break
        case ELSE:
          this.#join(0)
          this.#restore()
          break
        case CATCH:
          this.#join(0)
          this.#unknown()
          break
        case END:
          this.#end(i, bits, edge[i] ?? 0, charges, handles)
          break
        case BRANCH:
          this.#join(bits)
          this.#live = false
          break
        case BRANCH_IF: {
          const [unchecked, since, looked] = [this.#unchecked, this.#early, this.#looked]
          this.#charge(edge[i] ?? 0, i, CHECK_EDGE)
          this.#join(bits >> 1)
          this.#unchecked = unchecked
          this.#early = since
          this.#looked = looked
          break
        }
        case BRANCH_ON:
          this.#join(bits >> 1)
          break
        case BRANCH_TABLE:
          for (let label = 0; label <= bits; label++) this.#join(label)
          this.#live = false
          break
        case CALL:
        case CALL_INDIRECT:
          this.#call(calleeOf(this.#traits, kind[event] ?? 0, bits), i)
          break
        case RETURN:
        case TAIL_CALL:
        case TAIL_CALL_INDIRECT:
          this.#leave()
          this.#live = false
          break
        case THROW:
        case UNREACHABLE:
          this.#live = false
          break
      }
      this.#charge(after[i] ?? 0, i, CHECK)
      if (i !== guard) continue
      flags[i] = (flags[i] ?? 0) | GUARD | CHECK
      this.#look()
    }
    this.#leave()
  }

  /**
   * Whether the counter is a local in all of the function but round calls: where it would otherwise be taken and
   * returned at every other step. A JSON parser that skips blanks before each token cost 1.50, so 1.29. Where loops
   * are few and long, one local for each is better: 1.07 against 1.22.
   */
  #everywhere({ firstEvent, endEvent, handles }: FunctionAnalysis, placed: ChargePlacer): boolean {
    const { after, edge, loop, holds } = placed
    if (handles || (holds & LEAVES_PERHAPS) !== 0 || !this.#rules.fuelInLocals) return false
    const { kind, argument } = this.#events
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
        if (!sparesCounter(this.#traits, calleeOf(this.#traits, now, argument[event] ?? 0))) syncs++
      }
    }
    return quietLoops >= QUIET_LOOPS_MIN && charges > CHARGES_PER_SYNC * syncs
  }

  #look(): void {
    this.#unchecked = 0
    this.#early = -1
    this.#looked = this.#loops
  }

  #charge(amount: number, i: number, check: number): void {
    this.#unchecked += amount
    if (this.#early >= 0) this.#early += amount
    if (this.#unchecked > UNCHECKED_MAX) this.flags[i] = (this.flags[i] ?? 0) | check
    if (((this.flags[i] ?? 0) & check) !== 0) this.#look()
  }

  /** A call looks for itself, but for what it may charge before its guard, or all that it charges. */
  #call(node: number, i: number): void {
    const traits = this.#traits
    const uncounted = has(traits, node, BOUNDED) ? (traits.residual[node] ?? 0) : EARLY_MAX
    this.#charge(uncounted, i, CHECK)
  }

  #leave(): void {
    if (this.#live && this.#early > EARLY_MAX) this.#tooEarly = true
  }

  /** What was charged before an exception came is anybody's guess, so look soon. */
  #unknown(): void {
    this.#unchecked = UNCHECKED_MAX
    this.#looked = 0
    this.#live = true
  }

  #loop(i: number, holds: number, handles: boolean): void {
    this.#open(i)
    const number = ++this.#loops
    if ((holds & LOOP_GOES_ROUND) === 0) return
    const quiet = (holds & (HOLDS_CALL | HOLDS_HANDLER | LEAVES_PERHAPS)) === 0
    if (quiet && this.#local === 0 && this.#rules.fuelInLocals) {
      this.#local = number
      this.flags[i] = COUNTER_LOCAL
    }
    // What holds another loop is taken to look there, until a way round is found on which it does not.
    const looks = (holds & HOLDS_LOOP) === 0 || this.#unchecked > CARRIED_MAX
    if (looks || handles || !this.#rules.spareChecks) this.#check(i)
    else this.#unchecked = CARRIED_MAX
  }

  #check(loop: number): void {
    this.flags[loop] = (this.flags[loop] ?? 0) | CHECK
  }

  #end(i: number, bits: number, edge: number, charges: ChargePlacer, handles: boolean): void {
    const row = (this.#depth - 1) * ROW
    if ((bits & LABEL_LOOP) !== 0) {
      const loop = this.#rows[row + LOOP_EVENT] ?? 0
      const awkward = HOLDS_CALL | HOLDS_LOOP | HOLDS_HANDLER | LOOP_HAS_PARAMS
      const checked = ((this.flags[loop] ?? 0) & CHECK) !== 0
      const strips = this.#rules.refillOutsideLoops && this.#rules.whenEmpty === "refill"
      if (strips && checked && this.#local !== 0 && ((charges.loop[loop] ?? 0) & awkward) === 0)
        this.flags[loop] = (this.flags[loop] ?? 0) | REFILL_OUTSIDE
      if (this.#local === this.#loops) this.#local = 0
      this.#loops--
      this.#looked = Math.min(this.#looked, this.#loops)
      this.#depth--
      return
    }
    this.#join(0)
    if ((bits & LABEL_IF) !== 0) {
      this.#restore()
      this.#charge(edge, i, CHECK_EDGE)
      this.#join(0)
    }
    this.#depth--
    if (handles && (bits & LABEL_PAYS) !== 0) return this.#unknown()
    this.#live = this.#rows[row + REACHED] === 1 || (bits & LABEL_TARGETED) !== 0
    this.#unchecked = this.#rows[row + UNCHECKED] ?? 0
    this.#early = this.#rows[row + EARLY] ?? -1
    this.#looked = Math.min(this.#rows[row + LOOKED] ?? 0, this.#loops)
  }

  #open(loop: number): void {
    const row = this.#depth++ * ROW
    if (row === this.#rows.length) {
      const wider = new Int32Array(this.#rows.length * 2)
      wider.set(this.#rows)
      this.#rows = wider
    }
    this.#rows[row + REACHED] = 0
    this.#rows[row + UNCHECKED] = 0
    this.#rows[row + EARLY] = -1
    this.#rows[row + LOOKED] = 0x7fffffff
    this.#rows[row + LOOP_EVENT] = loop
    this.#rows[row + LOOP_NUMBER] = this.#loops + 1
  }

  /** Notes what comes to a label. A loop that it comes back to must have looked since its header. */
  #join(label: number): void {
    if (!this.#live || label >= this.#depth) return
    const row = (this.#depth - 1 - label) * ROW
    const rows = this.#rows
    const loop = rows[row + LOOP_EVENT] ?? -1
    if (loop >= 0) {
      if (this.#looked < (rows[row + LOOP_NUMBER] ?? 0) || this.#unchecked > CARRIED_MAX) this.#check(loop)
      return
    }
    rows[row + REACHED] = 1
    rows[row + UNCHECKED] = Math.max(rows[row + UNCHECKED] ?? 0, this.#unchecked)
    rows[row + EARLY] = Math.max(rows[row + EARLY] ?? -1, this.#early)
    rows[row + LOOKED] = Math.min(rows[row + LOOKED] ?? 0, this.#looked)
    if (row === 0) this.#leave()
  }

  #save(): void {
    const row = (this.#depth - 1) * ROW
    this.#rows[row + IF_UNCHECKED] = this.#unchecked
    this.#rows[row + IF_EARLY] = this.#early
    this.#rows[row + IF_LOOKED] = this.#looked
  }

  #restore(): void {
    const row = (this.#depth - 1) * ROW
    this.#unchecked = this.#rows[row + IF_UNCHECKED] ?? 0
    this.#early = this.#rows[row + IF_EARLY] ?? -1
    this.#looked = this.#rows[row + IF_LOOKED] ?? 0
    this.#live = true
  }
}

// A row of the label stack.
const REACHED = 0
const UNCHECKED = 1
const EARLY = 2
const LOOKED = 3
const LOOP_EVENT = 4
const LOOP_NUMBER = 5
const IF_UNCHECKED = 6
const IF_EARLY = 7
const IF_LOOKED = 8
const EVERYWHERE = -1
const QUIET_LOOPS_MIN = 6
const CHARGES_PER_SYNC = 8
const ROW = 9
