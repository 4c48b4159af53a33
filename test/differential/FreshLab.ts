import { isDeepStrictEqual } from "node:util"
import type { HostCall } from "../../src/host/builtin/table.ts"
import type { Compiled } from "../../src/runtime/Compiled.ts"
import type { FiringReport, FiringRequest } from "../../src/runtime/Firing.ts"
import { FiringCell } from "../../src/runtime/FiringCell.ts"
import type { PooledCall, PooledReport } from "../../src/runtime/PooledCall.ts"
import type { Engine, EngineInstance, Restorable } from "../../src/runtime/worker/Engine.ts"
import { callAtOnce } from "../../src/runtime/worker/GuestCall.ts"
import { Slot } from "../../src/runtime/worker/pool/Slot.ts"
import { prepareFiring } from "../../src/runtime/worker/prepareFiring.ts"
import { runFiring } from "../../src/runtime/worker/runFiring.ts"
import { type HereOptions, requestFor, servicesHere, v8Engine } from "../runtime/fireHere.ts"
import { differenceOf, type Instances, watchInstances } from "./freshState.ts"

/**
 * One module on two benches: a slot that is put back after each firing, and a new instance for each, of the module as
 * `Munition.fire` compiles it. The same calls go to both.
 *
 * After each call what was told is compared, and all state of both instances; after the slot was put back its state is
 * compared with that of an instance that never ran. The slot's way back can be replaced, for mutants.
 */
export class FreshLab {
  /** How often an instance was used that had been used before. */
  reused = 0
  calls = 0
  /** Instances that the slots of this bench were made of. */
  slots = 0
  readonly way: string
  readonly request: FiringRequest
  readonly compiled: Compiled
  readonly #plain: FiringRequest
  readonly #options: FreshOptions
  readonly #instances: Instances
  readonly #pristine: WebAssembly.Exports
  #slot: Slot | undefined
  #isUsed = false

  private constructor(
    request: FiringRequest,
    compiled: Compiled,
    plain: FiringRequest,
    options: FreshOptions,
    instances: Instances,
    pristine: WebAssembly.Exports
  ) {
    this.request = request
    this.compiled = compiled
    this.#plain = plain
    this.#options = options
    this.#instances = instances
    this.#pristine = pristine
    this.way = compiled.freshness.way
  }

  /** *Returns* why there is nothing to compare where the module has no way but a new instance, or is refused. */
  static of(wasm: Uint8Array | string, options: FreshOptions = {}): FreshLab | string {
    const request = options.request ?? requestFor(wasm, options)
    const pooled = v8Engine.compile(request.bytes, request.policy, true)
    if ("_tag" in pooled) return `refused: ${pooled._tag}`
    if (pooled.freshness.way === "new") return `new: ${pooled.freshness.why}`
    const plain = v8Engine.compile(request.bytes, request.policy)
    if ("_tag" in plain) return `refused: ${plain._tag}`
    const instances = watchInstances()
    const lab = new FreshLab(request, pooled, { ...request, compiled: plain }, options, instances, {})
    const pristine = lab.#make()
    if (typeof pristine === "string") return pristine
    const exports = instances.exportsOf(pooled)
    return new FreshLab(request, pooled, { ...request, compiled: plain }, options, instances, exports)
  }

  /** Makes one call on both. *Returns* in what they differ, `undefined` where in nothing. */
  fire(call: Partial<PooledCall> & Pick<PooledCall, "functionName">): string | undefined {
    const { fuel, timeoutMs } = this.request
    const whole: PooledCall = { args: [], fuel, timeoutMs, ...call }
    if (this.#slot === undefined) {
      const made = this.#make()
      if (typeof made === "string") return made
      this.#slot = made
      this.#isUsed = false
    }
    this.calls++
    if (this.#isUsed) this.reused++
    const slot = this.#slot
    const mine = this.#services()
    const theirs = this.#services()
    this.#lines = mine.lines
    const pooled = this.#fireSlot(slot, whole)
    const fresh = runFiring({ ...this.#plain, ...whole }, theirs.services)
    const firing =
      reportsDiffer(pooled, fresh) ??
      (isDeepStrictEqual(mine.lines, theirs.lines) ? undefined : "the log differs") ??
      this.#whileUsed(slot)
    const afterwards = this.#putBack(slot)
    return firing ?? afterwards
  }

  #lines: Array<unknown> = []

  /** What the firing left, on both. */
  #whileUsed(slot: Slot): string | undefined {
    const after = this.#instances.exportsOf(this.compiled)
    const fresh = this.#plain.compiled
    // An argument of the wrong type, and there is no instance.
    if (slot.place === "idle" || fresh === undefined) return undefined
    return differenceOf(this.compiled, after, fresh, this.#instances.exportsOf(fresh))
  }

  #putBack(slot: Slot): string | undefined {
    slot.restore()
    this.#isUsed = true
    if (slot.place !== "idle") {
      this.#slot = undefined
      return undefined
    }
    const now = this.#instances.exportsOf(this.compiled)
    const differs = differenceOf(this.compiled, now, this.compiled, this.#pristine)
    return differs === undefined ? undefined : `put back, ${differs}`
  }

  #fireSlot(slot: Slot, call: PooledCall): PooledReport | FiringReport {
    const cell = new FiringCell()
    return this.#options.inTurns === true ? callAtOnce(slot.fire(call, cell)) : slot.fireNow(call, cell)
  }

  #make(): Slot | string {
    const cell = new FiringCell()
    const request: FiringRequest = { ...this.request, compiled: this.compiled, cell: cell.buffer }
    const { services } = this.#services((record) => this.#lines.push(record))
    const prepared = prepareFiring(request, services, cell, performance.now())
    if ("kind" in prepared) return `refused: ${"reason" in prepared ? prepared.reason._tag : prepared.kind}`
    const slot = Slot.make(request, services, prepared, cell)
    this.slots++
    return "why" in slot ? `new: ${slot.why}` : slot
  }

  #services(emit?: (record: unknown) => void) {
    const { restorable, locals } = this.#options
    const engine = restorable === undefined ? v8Engine : rememberingBy(restorable)
    return servicesHere({
      engine,
      ...(locals === undefined ? {} : { locals }),
      ...(emit === undefined ? {} : { emitLog: emit })
    })
  }
}

export interface FreshOptions extends HereOptions {
  /** Instead of what would be made of the module. */
  readonly request?: FiringRequest
  readonly locals?: ReadonlyMap<string, HostCall>
  /** Fires as threads do, and not as callers do on their own. */
  readonly inTurns?: boolean
  /** How an instance is put back, instead of how it is. */
  readonly restorable?: (real: Restorable, exports: () => WebAssembly.Exports) => Restorable
}

/** The engine, whose instances are put back in another way. */
const rememberingBy = (other: NonNullable<FreshOptions["restorable"]>): Engine => {
  const instances = watchInstances()
  return {
    name: v8Engine.name,
    versions: v8Engine.versions,
    compile: (bytes, policy, forPool) => v8Engine.compile(bytes, policy, forPool),
    compileExact: (known, bytes, policy) => v8Engine.compileExact(known, bytes, policy),
    instantiate: (compiled, host) => {
      const made: EngineInstance = v8Engine.instantiate(compiled, host)
      const remember = made.remember?.bind(made)
      return Object.assign(made, {
        remember: () => {
          const real = remember?.()
          return real && other(real, () => instances.exportsOf(compiled))
        }
      })
    }
  }
}

/** In what the two reports say another thing of the guest; times aside. */
const reportsDiffer = (pooled: PooledReport | FiringReport, fresh: FiringReport): string | undefined => {
  const [a, b] = [telling(pooled), telling(fresh)]
  for (const [key, value] of Object.entries(b))
    if (!isDeepStrictEqual(a[key], value)) return `${key}: reused ${show(a[key])}, new ${show(value)}`
  return undefined
}

const telling = (report: PooledReport | FiringReport): Readonly<Record<string, unknown>> => {
  switch (report.kind) {
    case "returned": {
      const memory =
        "memory" in report ? report.memory : { pages: report.pages, highWaterBytes: report.highWaterBytes }
      const used = "fuel" in report ? report.fuel.used : report.used
      return { kind: report.kind, values: report.values, used, memory }
    }
    case "failed": {
      const { reason, evidence, fuel, memory, steps } = report
      const { stack, journal, memories, globals, tables } = evidence
      return {
        kind: report.kind,
        ...{ reason, fuel, evidenceFuel: evidence.fuel, memory, stack, journal, memories, globals, tables },
        steps: steps.map(({ event }) => event)
      }
    }
    case "refused":
      return { kind: report.kind, reason: report.reason }
    default:
      return { kind: report.kind }
  }
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_, one) =>
    typeof one === "bigint" ? `${one}n` : one instanceof Uint8Array ? `${one.length} bytes` : one
  )?.slice(0, 400) ?? "nothing"
