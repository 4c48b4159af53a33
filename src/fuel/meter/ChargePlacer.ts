import {
  ChargeLabels,
  HOLDS_CALL,
  HOLDS_HANDLER,
  HOLDS_LOOP,
  LOOP_GOES_ROUND,
  LOOP_HAS_PARAMS
} from "./ChargeLabels.ts"
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
  endsInTrap,
  HELPER,
  IF,
  LABEL_DEAD,
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
import { type FunctionAnalysis, RUN_MAX } from "./FunctionAnalysis.ts"
import type { Placement } from "./Placement.ts"
import { CALM, calleeOf, has, sparesCounter, type Traits } from "./Traits.ts"

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
  readonly #labels = new ChargeLabels()

  constructor(events: Events, traits: Traits, rules: Placement) {
    this.#events = events
    this.#traits = traits
    this.#rules = rules
  }

  /** Fills the columns for one function, of which callers have charged `prepaid` units. */
  place({ firstEvent, endEvent }: FunctionAnalysis, prepaid: number): void {
    const count = endEvent - firstEvent
    this.#reserve(count)
    const { after, edge } = this
    const { kind, argument, cost } = this.#events
    const { shareCharges } = this.#rules
    const labels = this.#labels
    const traits = this.#traits
    labels.depth = 0
    this.sum = 0
    let least = 0
    let most = 0
    for (let i = count - 1; i >= 0; i--) {
      const event = firstEvent + i
      const bits = argument[event] ?? 0
      least += cost[event] ?? 0
      this.sum += cost[event] ?? 0
      // More than this is no bound for anybody, and columns of 32 bits must hold it: a sum that wrapped round made a
      // function of four thousand million units one that need not look.
      if (most > MOST_MAX) most = MOST_MAX
      // A counter of 32 bits must hold a charge.
      if (units(least) > RUN_MAX || this.#isGate(kind[event] ?? 0, bits)) {
        after[i] = units(least)
        most += units(least)
        least = 0
      }
      switch (kind[event]) {
        case END: {
          const loops = (bits & LABEL_LOOP) !== 0
          labels.open(loops ? 0 : least, loops ? 0 : most, i)
          if (loops && (bits & LABEL_TARGETED) !== 0) labels.note(LOOP_GOES_ROUND)
          break
        }
        case BLOCK:
          labels.close(bits !== 0 ? HOLDS_HANDLER : 0)
          break
        case LOOP:
          this.loop[i] = labels.held() | (bits > 0 ? LOOP_HAS_PARAMS : 0)
          labels.close(HOLDS_LOOP)
          break
        case ELSE:
          labels.otherwise[labels.depth - 1] = least
          labels.otherwiseMost[labels.depth - 1] = most
          // Until its `if` is met, the place for the charge of this arm is kept where the label is.
          labels.place[labels.depth - 1] = i
          least = labels.least[labels.depth - 1] ?? 0
          most = labels.most[labels.depth - 1] ?? 0
          break
        case IF: {
          const top = labels.depth - 1
          const other = labels.otherwise[top] ?? 0
          const place = labels.place[top] ?? 0
          const base = shareCharges ? Math.min(least, other) : 0
          const here = dearer(least, base)
          const there = dearer(other, base)
          after[i] = (after[i] ?? 0) + here
          if ((kind[firstEvent + place] ?? 0) === ELSE) after[place] = (after[place] ?? 0) + there
          else edge[place] = there
          most = Math.max(most + here, (labels.otherwiseMost[top] ?? 0) + there)
          least = base
          labels.close(0)
          break
        }
        case CATCH:
          least = labels.least[labels.depth - 1] ?? 0
          most = labels.most[labels.depth - 1] ?? 0
          break
        case BRANCH: {
          const at = labels.depth - 1 - bits
          least = labels.least[at] ?? 0
          most = labels.most[at] ?? 0
          break
        }
        case BRANCH_IF: {
          const at = labels.depth - 1 - (bits >> 1)
          const target = labels.least[at] ?? 0
          const base = shareCharges ? Math.min(least, target) : 0
          const here = dearer(least, base)
          const there = dearer(target, base)
          after[i] = (after[i] ?? 0) + here
          edge[i] = there
          if ((bits & 1) !== 0) labels.leavesPerhaps(at)
          most = Math.max(most + here, (labels.most[at] ?? 0) + there)
          least = base
          break
        }
        case BRANCH_ON:
          most = Math.max(most, labels.most[labels.depth - 1 - (bits >> 1)] ?? 0)
          if ((bits & 1) !== 0) labels.note(HOLDS_HANDLER)
          labels.leavesPerhaps(labels.depth - 1 - (bits >> 1))
          break
        case BRANCH_TABLE:
          // Of some labels it is none, and then this is more than the most.
          most = labels.mostOfAll[labels.depth - 1] ?? 0
          least = 0
          labels.leavesPerhaps(labels.depth - 1 - bits)
          break
        case CALL:
        case CALL_INDIRECT: {
          const node = calleeOf(traits, kind[event] ?? 0, bits)
          least += traits.prepaid[node] ?? 0
          most += traits.residual[node] ?? 0
          if (!sparesCounter(traits, node) && !endsInTrap(this.#events, event)) labels.note(HOLDS_CALL)
          break
        }
        case TAIL_CALL:
        case TAIL_CALL_INDIRECT: {
          const node = calleeOf(traits, kind[event] ?? 0, bits)
          least = traits.prepaid[node] ?? 0
          most = traits.residual[node] ?? 0
          break
        }
        case HELPER:
        case ALLOCATE:
          labels.note(HOLDS_CALL)
          // It looks at the counter itself; whoever calls this function must not think that nobody does.
          most++
          break
        case ENTRY:
          this.holds = labels.held()
          this.least = units(least)
          after[i] = (after[i] ?? 0) + units(least) - prepaid
          this.most = most + units(least) - prepaid
          break
        case STEP:
        case CANONICAL_NAN:
          break
        case UNREACHABLE:
          least = shareCharges ? TRAPS : 0
          most = 0
          break
        case THROW:
          // A `rethrow` names a label too.
          if (bits === 0) labels.note(HOLDS_HANDLER)
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

  /** Whether nothing behind the event may be charged before it. */
  #isGate(kind: number, bits: number): boolean {
    const { shareCharges, chargePastCalls, exact } = this.#rules
    switch (kind) {
      case LOOP:
      case STEP:
      case CATCH:
      case BRANCH_ON:
        return true
      case END:
        if ((bits & LABEL_LOOP) !== 0 || (bits & ~LABEL_DEAD) === 0) return false
        return !shareCharges || (bits & LABEL_PAYS) !== 0
      case CALL:
      case CALL_INDIRECT:
        return !chargePastCalls || !has(this.#traits, calleeOf(this.#traits, kind, bits), CALM)
      case HELPER:
      case ALLOCATE:
        return exact
      default:
        return false
    }
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
}

/**
 * Beside the units of a way that can only trap: it does not hold down what is charged before ways part, since at a
 * trap all fuel is a bound. A bounds check that panics otherwise splits the charge of the loop that it is in.
 */
const TRAPS = 2 ** 30

/** Far beyond what any bounded function may charge. */
const MOST_MAX = 2 ** 20

const units = (least: number): number => least & (TRAPS - 1)

/** What a way costs beyond what was charged before it. */
const dearer = (least: number, base: number): number => Math.max(0, units(least) - units(base))
