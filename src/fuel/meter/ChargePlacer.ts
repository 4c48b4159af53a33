import {
  ALLOCATE,
  BLOCK,
  BRANCH,
  BRANCH_IF,
  BRANCH_ON,
  BRANCH_TABLE,
  CALL,
  CALL_INDIRECT,
  CANONICAL_NAN,
  CATCH,
  ELSE,
  END,
  ENTRY,
  type Events,
  HELPER,
  IF,
  LABEL_LOOP,
  LABEL_PAYS,
  LABEL_TARGETED,
  LOOP,
  STEP,
  TAIL_CALL,
  TAIL_CALL_INDIRECT,
  THROW,
  UNREACHABLE
} from "./Events.ts"
import { RUN_MAX } from "./FunctionAnalyser.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import type { Placement } from "./Placement.ts"
import { CALM, has, sparesCounter, type Traits } from "./Traits.ts"

/**
 * Where one function is charged, and how much: as little as can be, as early as must be.
 *
 * It reads the function backwards and knows at every place what every way on from there costs at least until
 * it comes to a *gate*: a loop header, what follows a call that can throw or ask the host, the end. A gate, and
 * the entry, charge that much at once; where ways part, only the dearer ones charge more, by the difference.
 *
 * ```
 *   entry      charge 9     = 4 + least(5, 7)
 *   if (…)                      the first arm costs 3 and what follows 2
 *   else       charge 2         the second is 2 dearer
 *   end                         what follows is paid, whichever way was taken
 * ```
 * Nothing is charged twice or ahead of what might not run, but for a trap, where all fuel is a bound.
 * A caught exception leaves no prepaid tail, since whatever throws is followed by a gate.
 */
export class ChargePlacer {
  /** By event of the function: units charged right after it. */
  after = new Int32Array(256)
  /** By event: of a `BRANCH_IF`, units charged where it branches; of an `END`, in an `else` that is put there. */
  edge = new Int32Array(256)
  /** By event: of a `LOOP`, `LOOP_…` bits. */
  loop = new Uint8Array(256)
  /** The least that the function costs until its first gate, its entry included. */
  least = 0
  /** The most that the ways through the function charge in it; nonsense where there are loops or handlers. */
  most = 0
  /** What all of its code costs together. */
  sum = 0
  /** What the function holds, as bits. */
  holds = 0

  readonly #events: Events
  readonly #traits: Traits
  readonly #rules: Placement
  // By open label: the least and the most from there on, what its END was, its `else`, and what its body holds.
  #least = new Int32Array(64)
  #most = new Int32Array(64)
  #end = new Int32Array(64)
  #otherwise = new Int32Array(64)
  #otherwiseMost = new Int32Array(64)
  #holds = new Uint8Array(64)
  #depth = 0
  #first = 0

  constructor(events: Events, traits: Traits, rules: Placement) {
    this.#events = events
    this.#traits = traits
    this.#rules = rules
  }

  /** Fills the columns for one function, of which callers have charged `prepaid` units. */
  place({ firstEvent, endEvent }: FunctionAnalysis, prepaid: number): void {
    const count = endEvent - firstEvent
    this.#reserve(count)
    this.#first = firstEvent
    const { after, edge } = this
    const { kind, argument, cost } = this.#events
    const { shareCharges } = this.#rules
    this.#depth = 0
    this.sum = 0
    let least = 0
    let most = 0
    for (let i = count - 1; i >= 0; i--) {
      const event = firstEvent + i
      const bits = argument[event] ?? 0
      least += cost[event] ?? 0
      this.sum += cost[event] ?? 0
      // A counter of 32 bits must hold a charge.
      if (units(least) > RUN_MAX) {
        after[i] = units(least)
        most += units(least)
        least = 0
      }
      switch (kind[event]) {
        case END: {
          const joins = (bits & LABEL_LOOP) === 0 && bits !== 0
          if (joins && (!shareCharges || (bits & LABEL_PAYS) !== 0)) {
            after[i] = (after[i] ?? 0) + units(least)
            most += units(least)
            least = 0
          }
          const loops = (bits & LABEL_LOOP) !== 0
          this.#open(loops ? 0 : least, loops ? 0 : most, i)
          if (loops && (bits & LABEL_TARGETED) !== 0) this.#note(LOOP_GOES_ROUND)
          break
        }
        case BLOCK:
          this.#close(bits !== 0 ? HOLDS_HANDLER : 0)
          break
        case LOOP:
          after[i] = (after[i] ?? 0) + units(least)
          most += units(least)
          least = 0
          this.#closeLoop(i, bits)
          break
        case ELSE:
          this.#otherwise[this.#depth - 1] = least
          this.#otherwiseMost[this.#depth - 1] = most
          // Until its `if` is met, the place for the charge of this arm is kept where the label is.
          this.#end[this.#depth - 1] = i
          least = this.#least[this.#depth - 1] ?? 0
          most = this.#most[this.#depth - 1] ?? 0
          break
        case IF: {
          const top = this.#depth - 1
          const other = this.#otherwise[top] ?? 0
          const place = this.#end[top] ?? 0
          const base = shareCharges ? Math.min(least, other) : 0
          const here = dearer(least, base)
          const there = dearer(other, base)
          after[i] = (after[i] ?? 0) + here
          if ((kind[firstEvent + place] ?? 0) === ELSE) after[place] = (after[place] ?? 0) + there
          else edge[place] = there
          most = Math.max(most + here, (this.#otherwiseMost[top] ?? 0) + there)
          least = base
          this.#close(0)
          break
        }
        case CATCH: {
          after[i] = (after[i] ?? 0) + units(least)
          least = this.#least[this.#depth - 1] ?? 0
          most = this.#most[this.#depth - 1] ?? 0
          break
        }
        case BRANCH: {
          const at = this.#depth - 1 - bits
          least = this.#least[at] ?? 0
          most = this.#most[at] ?? 0
          break
        }
        case BRANCH_IF: {
          const at = this.#depth - 1 - (bits >> 1)
          const target = this.#least[at] ?? 0
          const base = shareCharges ? Math.min(least, target) : 0
          const here = dearer(least, base)
          const there = dearer(target, base)
          after[i] = (after[i] ?? 0) + here
          edge[i] = there
          if ((bits & 1) !== 0) this.#leavesPerhaps(at)
          most = Math.max(most + here, (this.#most[at] ?? 0) + there)
          least = base
          break
        }
        case BRANCH_ON:
          after[i] = (after[i] ?? 0) + units(least)
          most = Math.max(most + units(least), this.#most[this.#depth - 1 - (bits >> 1)] ?? 0)
          least = 0
          if ((bits & 1) !== 0) this.#note(HOLDS_HANDLER)
          this.#leavesPerhaps(this.#depth - 1 - (bits >> 1))
          break
        case BRANCH_TABLE:
          most = 0
          for (let at = Math.max(this.#depth - 1 - bits, 0); at < this.#depth; at++)
            most = Math.max(most, this.#most[at] ?? 0)
          least = 0
          this.#leavesPerhaps(this.#depth - 1 - bits)
          break
        case CALL:
          ;[least, most] = this.#call(i, bits, least, most)
          break
        case CALL_INDIRECT:
          ;[least, most] = this.#call(i, this.#traits.nodeOfType[bits] ?? 0, least, most)
          break
        case TAIL_CALL:
          least = this.#traits.prepaid[bits] ?? 0
          most = this.#traits.residual[bits] ?? 0
          break
        case TAIL_CALL_INDIRECT:
          least = 0
          most = this.#traits.residual[this.#traits.nodeOfType[bits] ?? 0] ?? 0
          break
        case STEP:
          after[i] = (after[i] ?? 0) + units(least)
          most += units(least)
          least = 0
          break
        case HELPER:
        case ALLOCATE:
          this.#note(HOLDS_CALL)
          // It looks at the counter itself; whoever calls this function must not think that nobody does.
          most++
          if (!this.#rules.exact) break
          after[i] = (after[i] ?? 0) + units(least)
          most += units(least)
          least = 0
          break
        case ENTRY:
          this.holds = this.#holds[0] ?? 0
          this.least = units(least)
          after[i] = (after[i] ?? 0) + units(least) - prepaid
          this.most = most + units(least) - prepaid
          break
        case CANONICAL_NAN:
          break
        case UNREACHABLE:
          least = shareCharges ? TRAPS : 0
          most = 0
          break
        case THROW:
          // A `rethrow` names a label too.
          if (bits === 0) this.#note(HOLDS_HANDLER)
          least = 0
          most = 0
          break
        default:
          // What does not come back: `return`.
          least = 0
          most = 0
      }
    }
  }

  #call(i: number, node: number, least: number, most: number): readonly [number, number] {
    const traits = this.#traits
    if (!sparesCounter(traits, node) && !this.#endsInTrap(i)) this.#note(HOLDS_CALL)
    const prepaid = traits.prepaid[node] ?? 0
    const total = most + (traits.residual[node] ?? 0)
    if (this.#rules.chargePastCalls && has(traits, node, CALM)) return [least + prepaid, total]
    this.after[i] = (this.after[i] ?? 0) + units(least)
    return [prepaid, total + units(least)]
  }

  /** Whether nothing but `unreachable` follows the event: a call that does not come back. */
  #endsInTrap(i: number): boolean {
    const event = this.#first + i
    return this.#events.kind[event + 1] === UNREACHABLE && this.#events.cost[event] === 0
  }

  #open(least: number, most: number, end: number): void {
    if (this.#depth === this.#least.length) this.#grow()
    const top = this.#depth++
    this.#least[top] = least
    this.#most[top] = most
    this.#end[top] = end
    this.#otherwise[top] = least
    this.#otherwiseMost[top] = most
    this.#holds[top] = 0
  }

  /** Closes the label, and tells the one around it what was in it. */
  #close(more: number): void {
    const top = this.#depth - 1
    this.#depth = top
    this.#note(((this.#holds[top] ?? 0) & ~(LOOP_GOES_ROUND | LEAVES_PERHAPS)) | more)
  }

  #closeLoop(i: number, params: number): void {
    const holds = this.#holds[this.#depth - 1] ?? 0
    this.loop[i] = holds | (params > 0 ? LOOP_HAS_PARAMS : 0)
    this.#close(HOLDS_LOOP)
  }

  /** Notes a branch to a label which may be taken or not, and has no place of its own to put a counter back. */
  #leavesPerhaps(label: number): void {
    for (let at = Math.max(label, 0); at < this.#depth; at++)
      if (at > label || at === 0) this.#holds[at] = (this.#holds[at] ?? 0) | LEAVES_PERHAPS
  }

  #note(bits: number): void {
    const top = this.#depth - 1
    if (top >= 0) this.#holds[top] = (this.#holds[top] ?? 0) | bits
  }

  #reserve(count: number): void {
    if (this.after.length < count) {
      const size = Math.max(count, this.after.length * 2)
      this.after = new Int32Array(size)
      this.edge = new Int32Array(size)
      this.loop = new Uint8Array(size)
      return
    }
    this.after.fill(0, 0, count)
    this.edge.fill(0, 0, count)
    this.loop.fill(0, 0, count)
  }

  #grow(): void {
    const size = this.#least.length * 2
    const wider = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(size)
      to.set(from)
      return to
    }
    this.#least = wider(this.#least)
    this.#most = wider(this.#most)
    this.#end = wider(this.#end)
    this.#otherwise = wider(this.#otherwise)
    this.#otherwiseMost = wider(this.#otherwiseMost)
    const holds = new Uint8Array(size)
    holds.set(this.#holds)
    this.#holds = holds
  }
}

/**
 * Beside the units of a way that can only trap: it does not hold down what is charged before ways part, since at a
 * trap all fuel is a bound. A bounds check that panics otherwise splits the charge of the loop that it is in.
 */
const TRAPS = 2 ** 30

const units = (least: number): number => least & (TRAPS - 1)

/** What a way costs beyond what was charged before it. */
const dearer = (least: number, base: number): number => Math.max(0, units(least) - units(base))

/** What the body of a loop holds: something that looks at the counter where it is global … */
export const HOLDS_CALL = 1
/** … another loop … */
export const HOLDS_LOOP = 2
/** … or labels that are not written anew: those of handlers and of casts. */
export const HOLDS_HANDLER = 4
export const LOOP_HAS_PARAMS = 8
/** Something branches to its header. */
export const LOOP_GOES_ROUND = 16
/** Something in it branches out of it or not, with values or by a table. */
export const LEAVES_PERHAPS = 32
