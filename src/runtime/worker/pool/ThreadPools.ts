import { SLICE_FIRST } from "../../../fuel/Account.ts"
import type { Compiled } from "../../Compiled.ts"
import type { FiringReport, FiringRequest } from "../../Firing.ts"
import { FiringCell } from "../../FiringCell.ts"
import { type PooledCall, type PooledReport, shorten } from "../../PooledCall.ts"
import type { FiringServices } from "../FiringServices.ts"
import { callInTurns } from "../GuestCall.ts"
import { loadLocals } from "../loadLocals.ts"
import type { PooledMessage, PoolMessage, TrimMessage, WorkerMessage } from "../messages.ts"
import type { Guest } from "../Scheduler.ts"
import { Shift } from "../Shift.ts"
import { Slot } from "./Slot.ts"
import { SlotRack } from "./SlotRack.ts"

/**
 * The pools of one thread, and the firings that they are given: some calls in one message, made one after the other on
 * one instance that is put back between them.
 *
 * To the thread's other guests these calls are one guest, which gives way between two of them as within one.
 */
export class ThreadPools {
  readonly #pools = new Map<number, ThreadPool>()
  readonly #services: Pick<FiringServices, "engine">
  readonly #tell: (message: WorkerMessage) => void

  constructor(services: Pick<FiringServices, "engine">, tell: (message: WorkerMessage) => void) {
    this.#services = services
    this.#tell = tell
  }

  open({ pool, request, ...bounds }: PoolMessage, compiled: Compiled | undefined): void {
    this.#pools.set(pool, this.#makePool({ ...request, compiled }, bounds))
  }

  trim({ pool, least, most }: TrimMessage): void {
    const found = this.#pools.get(pool)
    if (found === undefined) return
    if (most === undefined) this.#pools.delete(pool)
    found.rack.trim(most ?? 0)
    if (least === 0) return
    const loaded = found.loaded()
    if (loaded === undefined) found.rack.fill(least)
    else void loaded.then(() => found.rack.fill(least))
  }

  async fire(
    { firing, pool: number, calls, cell: shared }: PooledMessage,
    guest: Guest
  ): Promise<FiringReport> {
    const cell = new FiringCell(shared)
    const pool = this.#pools.get(number)
    const reports: Array<PooledReport> = []
    let first = 0
    const end = (): FiringReport => {
      cell.enter("done")
      return { kind: "pooled", first, reports, unfit: pool?.rack.unfit }
    }
    if (pool === undefined) return end()
    cell.enter("loading")
    const loaded = pool.loaded()
    if (loaded !== undefined) await guest.away(loaded)
    let toldMs = performance.now()
    let slotted = pool.rack.take()
    for (const call of calls) {
      if (slotted === undefined || cell.cancelled) break
      slotted.shift.begins({ guest, firing, cell })
      cell.begin()
      reports.push(await fireOne(slotted, call, cell))
      slotted.shift.ends()
      if (!pool.rack.restore(slotted)) slotted = pool.rack.take()
      if (performance.now() - toldMs > TELL_MS_MAX) {
        this.#tell({ kind: "part", firing, part: { first, reports: [...reports] } })
        first += reports.splice(0).length
        toldMs = performance.now()
      }
      if (guest.shouldPark()) await guest.park()
    }
    if (slotted !== undefined) pool.rack.give(slotted)
    return end()
  }

  #makePool(
    request: FiringRequest,
    { verifyEvery, idleMax }: Pick<PoolMessage, "verifyEvery" | "idleMax">
  ): ThreadPool {
    let locals: FiringServices["locals"] | undefined
    let loading: Promise<void> | undefined
    const rack: SlotRack<Seat> = new SlotRack(
      () => {
        if (locals === undefined) return { why: "its host functions are not loaded", passing: true }
        const shift = new Shift()
        const services: FiringServices = {
          ...this.#services,
          locals,
          callRemote: undefined,
          emitLog: (record) => this.#tell({ kind: "log", firing: shift.call.firing, record }),
          turns: shift
        }
        const slot = Slot.of(request, services, new FiringCell(request.cell))
        return "why" in slot ? slot : { slot, shift }
      },
      verifyEvery,
      idleMax
    )
    const loaded = () => {
      if (locals !== undefined) return undefined
      loading ??= loadLocals(request.declarations).then((calls) => {
        locals = calls
      })
      return loading
    }
    return { rack, loaded }
  }
}

interface ThreadPool {
  readonly rack: SlotRack<Seat>
  /** *Returns* what to wait for, `undefined` when the host functions are there. */
  readonly loaded: () => Promise<void> | undefined
}

interface Seat {
  readonly slot: Slot
  readonly shift: Shift
}

/**
 * A guest with no more fuel than the first slice has would not be made to wait before it has ended, so that it need not
 * be called in the way of those that can be: that takes as long as a small guest does.
 */
const fireOne = async ({ slot, shift }: Seat, call: PooledCall, cell: FiringCell): Promise<PooledReport> => {
  if (call.fuel <= SLICE_FIRST) return shift.keeping(() => slot.fireNow(call, cell))
  const report = await callInTurns(slot.fire(call, cell))
  return report.kind === "returned" ? shorten(report) : poolable(report)
}

/** A slot reports nothing else. */
const poolable = (report: FiringReport): PooledReport => {
  if (report.kind === "failed" || report.kind === "refused") return report
  throw new Error(`a pooled firing was reported as ${report.kind}`)
}

/** How long reports wait for others to be told with them: what was told is not lost with the thread. */
const TELL_MS_MAX = 2
