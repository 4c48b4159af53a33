import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import type { SchedulerCell } from "../SchedulerCell.ts"
import { gone } from "./gone.ts"
import { jspi } from "./jspi.ts"
import { loadLocals } from "./loadLocals.ts"
import type { CallMessage, FireMessage, ModuleMessage, SchedulerMessage, WorkerMessage } from "./messages.ts"
import { ThreadPools } from "./pool/ThreadPools.ts"
import { askOverPort, noRemote, remoteOverPort } from "./RemoteCalls.ts"
import { Resident } from "./Resident.ts"
import { runInTurns } from "./runFiring.ts"
import { type Guest, Scheduler } from "./Scheduler.ts"
import { Shift } from "./Shift.ts"
import type { V8Engine } from "./V8Engine.ts"

/**
 * All guests of one thread: those that are fired and go, and those that reside.
 *
 * Between firings it keeps the host modules that were loaded, and the residents.
 */
export class GuestHouse {
  readonly #scheduler: Scheduler
  readonly #engine: V8Engine
  readonly #tell: (message: WorkerMessage, moved: ReadonlyArray<ArrayBuffer>) => void
  /** Compiled modules by the number under which they were sent. */
  readonly #modules = new Map<number, Compiled>()
  readonly #pools: ThreadPools
  readonly #residents = new Map<number, { readonly guest: Resident; readonly shift: Shift }>()

  constructor(
    cell: SchedulerCell,
    engine: V8Engine,
    tell: (message: WorkerMessage, moved: ReadonlyArray<ArrayBuffer>) => void
  ) {
    this.#scheduler = new Scheduler(cell)
    this.#engine = engine
    this.#tell = tell
    this.#pools = new ThreadPools({ engine: this.#engine }, (message) => tell(message, []))
  }

  receive(message: SchedulerMessage): void {
    this.#scheduler.receive()
    switch (message.kind) {
      case "fire":
        return this.#receiveFiring(message)
      case "call":
        return this.#scheduler.run(message.firing, message.priority, (guest) => this.#call(message, guest))
      case "leave":
        this.#residents.get(message.resident)?.guest.end()
        this.#residents.delete(message.resident)
        return
      case "hurry":
        return this.#scheduler.hurry(message.firing)
      case "pool":
        return this.#pools.open(message, this.#receiveModule(message.module))
      case "pooled":
        return this.#scheduler.run(message.firing, message.priority, async (guest) =>
          this.#report(message.firing, await this.#pools.fire(message, guest))
        )
      case "trim":
        return this.#pools.trim(message)
    }
  }

  /** At once, and in the order of the messages: the caller counts on it. */
  #receiveModule({ number, compiled, forget }: ModuleMessage): Compiled | undefined {
    for (const forgotten of forget) this.#modules.delete(forgotten)
    if (compiled !== undefined) this.#modules.set(number, compiled)
    return this.#modules.get(number)
  }

  #receiveFiring(message: FireMessage): void {
    const { firing, priority, module } = message
    const compiled = module === undefined ? message.request.compiled : this.#receiveModule(module)
    const request = { ...message.request, compiled }
    this.#scheduler.run(firing, priority, (guest) => this.#fire(message, request, guest))
  }

  async #fire({ firing, remote }: FireMessage, request: FiringRequest, guest: Guest): Promise<void> {
    const cell = new FiringCell(request.cell)
    const shift = new Shift({ guest, firing, cell })
    cell.enter("loading")
    const needsLoading = request.declarations.some(({ kind }) => kind === "local")
    const loading = loadLocals(request.declarations)
    const services = {
      engine: this.#engine,
      locals: await (needsLoading ? guest.away(loading) : loading),
      callRemote: (_: FiringCell, timeLeftMs: () => number) =>
        remote === undefined ? noRemote : remoteOverPort(remote, () => shift.call.cell, timeLeftMs),
      askRemote: remote === undefined || jspi === undefined ? undefined : askOverPort(remote, shift),
      emitLog: (record: Extract<WorkerMessage, { kind: "log" }>["record"]) =>
        this.#tell({ kind: "log", firing: shift.call.firing, record }, []),
      turns: shift
    }
    if (request.goal === "reside") {
      const [report, resident] = await Resident.begin(request, services)
      if (resident !== undefined) this.#residents.set(firing, { guest: resident, shift })
      this.#report(firing, report)
      resident?.rest()
      return shift.ends()
    }
    if (this.#engine.isBehind) await guest.away(new Promise<void>((resolve) => setImmediate(resolve)))
    const report = await runInTurns(request, services)
    remote?.close()
    this.#report(firing, report)
  }

  async #call({ firing, resident, call }: CallMessage, guest: Guest): Promise<void> {
    const found = this.#residents.get(resident)
    if (found === undefined) return this.#report(firing, gone(call.cell))
    found.shift.begins({ guest, firing, cell: new FiringCell(call.cell) })
    const report = await found.guest.call(call)
    if (report.kind === "failed") this.#residents.delete(resident)
    this.#report(firing, report)
    found.guest.rest()
    found.shift.ends()
  }

  #report(firing: number, report: FiringReport): void {
    this.#tell({ kind: "report", firing, report }, buffersOf(report))
  }
}

/** A dump's memories, and a snapshot's, are moved to the caller, not copied again. */
const buffersOf = (report: FiringReport): ReadonlyArray<ArrayBuffer> => {
  const state =
    report.kind === "failed" ? report.evidence : report.kind === "returned" ? report.state : undefined
  return Array.isArray(state?.memories)
    ? state.memories.flatMap(({ bytes }) =>
        bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []
      )
    : []
}
