import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Body } from "../../wasm/Module.ts"
import { AppendedLocals } from "./AppendedLocals.ts"
import { BodyCopier } from "./BodyCopier.ts"
import { ChargePlacer } from "./ChargePlacer.ts"
import { CHECK, CHECK_EDGE, CheckPlacer, GUARD } from "./CheckPlacer.ts"
import type { CodeBuffer } from "./CodeBuffer.ts"
import { COUNTER_LOCAL, placeCounter, REFILL_OUTSIDE } from "./CounterPlacer.ts"
import { canonicalNan } from "./canonicalNan.ts"
import * as Event from "./Events.ts"
import { type Events, endsInTrap } from "./Events.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import type { MeterLayout } from "./Layout.ts"
import { LoopNest, NO_LOOP } from "./LoopNest.ts"
import { MeterCode } from "./MeterCode.ts"
import type { OffsetMap } from "./OffsetMap.ts"
import type { Placement } from "./Placement.ts"
import { calleeOf, has, readsDepth, sparesCounter, TRACKED, type Traits } from "./Traits.ts"
import type { WriteMarker } from "./WriteMarker.ts"

/**
 * Writes one function again, with the meter in it: the guest's bytes as they are, and between them, at the
 * events of the analysis, what pays and what looks.
 *
 * Depth is set before a call and never given back after one: whoever calls next sets it again, so no exit can forget
 * it. A counter in a local is put back on every way out of its loop.
 *
 * ```
 *   loop $again                        a loop that calls nothing, innermost: the only
 *     if (fuel < cost) refill          call stands outside of it, and it is entered
 *     loop $guest                      again where its header is
 *       br_if $again (fuel < cost)
 *       fuel -= cost  …                  labels that lead out of it count one more
 *     end
 *   end
 * ```
 */

export interface Frame {
  readonly funcIndex: number
  /** Parameters of its type; its first appended local comes after these and its own. */
  readonly params: number
  readonly slots: number
}

export class FunctionRewriter {
  readonly #layout: MeterLayout
  readonly #events: Events
  readonly #traits: Traits
  readonly #rules: Placement
  readonly #charges: ChargePlacer
  readonly #checks: CheckPlacer
  readonly #out: CodeBuffer
  readonly #code: MeterCode
  readonly #reader: InstructionReader
  readonly #source: Uint8Array
  readonly #copier: BodyCopier
  readonly #nest = new LoopNest()

  constructor(
    out: CodeBuffer,
    bytes: Uint8Array,
    layout: MeterLayout,
    events: Events,
    traits: Traits,
    rules: Placement,
    marker?: WriteMarker
  ) {
    this.#out = out
    this.#source = bytes
    this.#copier = new BodyCopier(out, bytes, marker)
    this.#layout = layout
    this.#events = events
    this.#traits = traits
    this.#rules = rules
    this.#charges = new ChargePlacer(events, traits, rules)
    this.#checks = new CheckPlacer(events, traits, rules)
    this.#code = new MeterCode(out, layout, rules)
    this.#reader = new InstructionReader(bytes, 0, 0)
  }

  /** Offsets in the body just written of branches that are almost never taken, ascending. */
  get unlikely(): ReadonlyArray<number> {
    return this.#code.unlikely
  }

  /** Appends the body, with its size, and notes in `map` which byte came from where. */
  rewrite(body: Body, analysis: FunctionAnalysis, frame: Frame, map?: OffsetMap): void {
    const out = this.#out
    const code = this.#code
    const nest = this.#nest
    const start = out.openSize()
    this.#charges.place(analysis, this.#traits.prepaid[frame.funcIndex] ?? 0)
    this.#checks.place(analysis, this.#charges, frame.funcIndex, frame.slots)
    const { flags } = this.#checks
    const fuelLocal = placeCounter(this.#events, this.#traits, this.#rules, analysis, this.#charges, flags)
    const count = analysis.endEvent - analysis.firstEvent
    const tracked = has(this.#traits, frame.funcIndex, TRACKED)
    const locals = new AppendedLocals(body, frame.params, tracked, fuelLocal, analysis)
    locals.write(out, body)
    code.begin(start, locals.depth, locals.fuel)
    this.#copier.begin(body.code.start, start, map, analysis.sites, locals.marks)
    nest.begin()
    const { after } = this.#charges
    const { kind, argument } = this.#events
    for (let i = 0; i < count; i++) {
      const event = analysis.firstEvent + i
      const bits = flags[i] ?? 0
      const now = kind[event] ?? 0
      const given = argument[event] ?? 0
      // The charge that follows, unless the event has made it already.
      let cost = after[i] ?? 0
      switch (now) {
        case Event.ENTRY:
          if ((bits & COUNTER_LOCAL) !== 0) {
            this.#copier.upTo(this.#at(event))
            code.takeCounter()
            nest.takeEverywhere()
          }
          break
        case Event.BLOCK:
        case Event.IF:
          nest.open++
          break
        case Event.LOOP:
          if ((bits & COUNTER_LOCAL) !== 0) {
            this.#copier.upTo(this.#at(event))
            code.takeCounter()
            nest.localFrom = nest.open
          }
          if ((bits & REFILL_OUTSIDE) !== 0) {
            this.#enterTwice(event, cost)
            continue
          }
          nest.open++
          break
        case Event.END:
          cost = this.#end(event, i, cost)
          break
        case Event.BRANCH_IF:
          this.#branchIf(event, given, this.#charges.edge[i] ?? 0, (bits & CHECK_EDGE) !== 0)
          break
        case Event.BRANCH:
        case Event.BRANCH_ON:
        case Event.BRANCH_TABLE:
          this.#branch(event, now === Event.BRANCH_ON ? given >> 1 : given)
          break
        case Event.UNREACHABLE:
          // Behind a call that does not come back the counter is where the callee left it.
          if (!nest.away) this.#putBack(event)
          nest.away = false
          break
        case Event.RETURN:
          this.#putBack(event)
          break
        case Event.THROW:
          this.#putBack(event)
          if (given > 0) {
            this.#copier.upTo(this.#at(event))
            code.allocate(given)
          }
          break
        case Event.CALL:
        case Event.CALL_INDIRECT:
          this.#call(event, tracked, calleeOf(this.#traits, now, given))
          break
        case Event.TAIL_CALL:
        case Event.TAIL_CALL_INDIRECT:
          this.#putBack(event)
          if (tracked) {
            this.#copier.upTo(this.#at(event))
            code.setDepth(frame.slots)
          }
          break
        case Event.HELPER:
          this.#putBack(event)
          this.#copier.replace(this.#at(event), this.#after(event))
          out.u8(0x10).u32(this.#layout.firstHelperFunc + given)
          if (nest.everywhere) code.takeCounter()
          break
        case Event.ALLOCATE:
          this.#copier.upTo(this.#at(event))
          code.allocate(given)
          break
        case Event.CANONICAL_NAN:
          this.#copier.upTo(this.#at(event))
          canonicalNan(out, given, locals.nan[given] ?? 0)
          break
      }
      if (Event.NEVER_GOES_ON[now] === 1) this.#copier.dropTo(this.#after(event), this.#at(event + 1))
      // A validator takes what follows this end for code that can run, and must be told.
      else if (now === Event.END && (given & Event.LABEL_DEAD) !== 0 && i < count - 1) {
        this.#copier.dropTo(this.#after(event), this.#at(event + 1))
        out.u8(0x00)
      }
      if (cost === 0 && (bits & (CHECK | GUARD)) === 0) continue
      this.#copier.upTo(this.#after(event))
      code.charge(cost, nest.isLocal)
      if ((bits & GUARD) !== 0) code.guard(frame.slots)
      if ((bits & CHECK) !== 0) code.look(nest.isLocal)
    }
    this.#copier.upTo(body.code.end)
    out.sizeSince(start)
  }

  #at = (event: number): number => this.#events.at[event] ?? 0
  #after = (event: number): number => this.#events.after[event] ?? 0

  #call(event: number, tracked: boolean, node: number): void {
    if (tracked && readsDepth(this.#traits, node)) {
      this.#copier.upTo(this.#at(event))
      this.#code.setDepth(0)
    }
    if (!this.#nest.isLocal || sparesCounter(this.#traits, node)) return
    this.#putBack(event)
    this.#copier.upTo(this.#after(event))
    this.#nest.away = endsInTrap(this.#events, event)
    if (!this.#nest.away) this.#code.takeCounter()
  }

  #enterTwice(event: number, cost: number): void {
    const [at, after] = [this.#at(event), this.#after(event)]
    this.#copier.replace(at, after)
    this.#out.copy(this.#source, at, after)
    this.#code.refillBefore(cost)
    this.#out.copy(this.#source, at, after)
    this.#code.payOrLeave(cost)
    this.#nest.refillFrom = this.#nest.open++
  }

  /** *Returns* what is still to be charged after it. */
  #end(event: number, i: number, cost: number): number {
    const local = this.#nest.isLocal
    const edge = this.#charges.edge[i] ?? 0
    const look = ((this.#checks.flags[i] ?? 0) & CHECK_EDGE) !== 0
    if (edge !== 0 || look) {
      this.#copier.upTo(this.#at(event))
      this.#out.u8(0x05)
      this.#code.charge(edge, local)
      if (look) this.#code.look(local)
    }
    this.#nest.open--
    if (this.#nest.everywhere && this.#nest.open === 0) {
      this.#copier.upTo(this.#at(event))
      this.#code.returnCounter(0)
      this.#nest.localFrom = NO_LOOP
    }
    if (this.#nest.open === this.#nest.refillFrom) {
      this.#copier.upTo(this.#after(event))
      this.#out.u8(0x0b)
      this.#nest.refillFrom = NO_LOOP
    }
    if (this.#nest.everywhere || this.#nest.open !== this.#nest.localFrom) return cost
    this.#copier.upTo(this.#after(event))
    this.#nest.localFrom = NO_LOOP
    this.#code.returnCounter(cost)
    return 0
  }

  #putBack(event: number): void {
    if (!this.#nest.isLocal) return
    this.#copier.upTo(this.#at(event))
    this.#code.returnCounter(0)
  }

  #branchIf(event: number, argument: number, edge: number, look: boolean): void {
    const label = argument >> 1
    const leaves = this.#nest.leavesLocal(label)
    const to = this.#nest.label(label)
    if (leaves || edge !== 0 || look) {
      this.#copier.replace(this.#at(event), this.#after(event))
      const local = this.#nest.isLocal
      this.#out.u8(0x04).u8(0x40)
      this.#code.charge(edge, local)
      if (look) this.#code.look(local)
      if (leaves) this.#code.returnCounter(0)
      this.#out.u8(0x0c).u32(to + 1)
      this.#out.u8(0x0b)
    } else if (to !== label) {
      this.#copier.replace(this.#at(event), this.#after(event))
      this.#out.u8(0x0d).u32(to)
    }
  }

  #branch(event: number, outermost: number): void {
    if (this.#nest.leavesLocal(outermost)) this.#putBack(event)
    if (this.#nest.label(outermost) === outermost) return
    this.#copier.replace(this.#at(event), this.#after(event))
    const reader = this.#reader
    reader.reset(this.#at(event), this.#after(event))
    reader.next()
    this.#out.u8(this.#source[this.#at(event)] ?? 0)
    if ((this.#events.kind[event] ?? 0) === Event.BRANCH_TABLE) {
      this.#out.u32(reader.labelCount)
      for (let i = 0; i < reader.labelCount; i++) this.#out.u32(this.#nest.label(reader.label(i)))
    }
    this.#out.u32(this.#nest.label(reader.a))
  }
}
