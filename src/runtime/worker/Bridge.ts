import { MessageChannel, type MessagePort } from "node:worker_threads"
import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import type { PooledEnd } from "../PooledCall.ts"
import { policyKey } from "../RunPolicy.ts"
import { type StartedThread, startThread } from "../startThread.ts"
import {
  type FromChild,
  PULSE_MS,
  type ToChild,
  type ToldCompiled,
  type ToldReport
} from "./childMessages.ts"
import type { SchedulerMessage, WorkerMessage } from "./messages.ts"
import type { RemoteQuestion } from "./RemoteCalls.ts"

/**
 * The child's main thread: owns the cells and the ports that the guests' thread expects of its caller, and relays
 * between them and the channel.
 *
 * ```
 *   daemon ══ channel ══ bridge ── messages, cells, ports ── the thread that runs guests
 *      ╚═════════ notes ════════════════════════════════════════════╝
 * ```
 * It decides nothing. It keeps what was compiled for as long as the daemon has it keep the module.
 */
export class Bridge {
  readonly #tell: (told: FromChild) => void
  readonly #thread: StartedThread
  readonly #modules = new Map<number, KnownModule>()
  readonly #firings = new Map<number, Running>()
  readonly #lines = new Map<number, Line>()
  #pulse: NodeJS.Timeout | undefined
  #lost = false

  constructor(heapMbMax: number, tell: (told: FromChild) => void, end: () => void) {
    this.#thread = startThread(heapMbMax)
    this.#tell = tell
    const { worker } = this.#thread
    worker.ref()
    let failure: string | undefined
    const lose = (cause: string) => {
      if (this.#lost) return
      this.#lost = true
      // A message of V8's, or whatever was thrown, may be of any length.
      tell({ kind: "lost", cause: cause.slice(0, CAUSE_MAX) })
      end()
    }
    worker.on("message", (message: WorkerMessage) => this.#hear(message))
    worker.on("messageerror", (error) => lose(`its message could not be read: ${error.message}`))
    // Told at the exit, which alone comes after all that the thread has sent: an error overtakes a report.
    worker.on("error", (error) => {
      failure ??= error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    })
    worker.on("exit", (code) => lose(failure ?? `the thread ended with ${code}`))
  }

  receive(told: ToChild): void {
    switch (told.kind) {
      case "module": {
        // Shared, so that it goes to the thread as often as it is fired without being copied.
        const bytes = new Uint8Array(new SharedArrayBuffer(told.bytes.length))
        bytes.set(told.bytes)
        this.#modules.set(told.module, { bytes, compiled: new Map() })
        return
      }
      case "forget":
        this.#modules.delete(told.module)
        return
      case "fire":
        return this.#fire(told)
      case "call": {
        const cell = this.#begin(told.firing, undefined, undefined)
        const line = this.#lines.get(told.resident)
        if (line !== undefined) line.cell = cell
        return this.#post({ ...told, call: { ...told.call, cell: cell.buffer } })
      }
      case "leave":
        this.#hangUp(told.resident)
        return this.#post(told)
      case "hurry":
        this.#firings.get(told.firing)?.cell.cancel()
        return this.#post(told)
      case "reply": {
        const line = this.#lines.get(told.remote)
        line?.port.postMessage(told.reply)
        line?.cell.notifyReply()
      }
    }
  }

  #fire({ firing, priority, module, remote, request }: Extract<ToChild, { kind: "fire" }>): void {
    const known = this.#modules.get(module)
    if (known === undefined) return
    const key = policyKey(request.policy)
    const cell = this.#begin(firing, known, key)
    const asked: FiringRequest = {
      ...request,
      bytes: known.bytes,
      compiled: known.compiled.get(key),
      cell: cell.buffer
    }
    if (!remote) return this.#post({ kind: "fire", firing, priority, request: asked, remote: undefined })
    const { port1, port2 } = new MessageChannel()
    port1.on("message", (question: RemoteQuestion) =>
      this.#tell({ kind: "question", remote: firing, question })
    )
    this.#lines.set(firing, { port: port1, cell })
    this.#post({ kind: "fire", firing, priority, request: asked, remote: port2 }, [port2])
  }

  #begin(firing: number, module: KnownModule | undefined, key: string | undefined): FiringCell {
    const cell = new FiringCell()
    cell.noteAs(firing)
    this.#firings.set(firing, { cell, module, key })
    this.#pulse ??= setInterval(() => this.#beat(), PULSE_MS)
    return cell
  }

  #post(message: SchedulerMessage, moved: ReadonlyArray<MessagePort> = []): void {
    this.#thread.cell.announce()
    this.#thread.worker.postMessage(message, moved)
  }

  #beat(): void {
    if (this.#firings.size === 0) {
      clearInterval(this.#pulse)
      this.#pulse = undefined
      return
    }
    const { running, silentMs } = this.#thread.cell
    this.#tell({ kind: "pulse", running, silentMs })
  }

  #hear(message: WorkerMessage): void {
    if (message.kind === "log") return this.#tell(message)
    if (message.kind !== "report") return
    const { firing, report } = message
    // A child is given no pools.
    if (report.kind === "pooled") return
    const running = this.#firings.get(firing)
    this.#firings.delete(firing)
    if (report.kind !== "started") this.#hangUp(firing)
    this.#tell({ kind: "report", firing, report: this.#keep(report, running) })
  }

  /** What was compiled stays here; what is known of it goes. */
  #keep(report: Exclude<FiringReport, PooledEnd>, running: Running | undefined): ToldReport {
    const { compiled, ...told } = report
    if (compiled === undefined) return told
    const known = running?.module?.compiled
    if (known !== undefined && running?.key !== undefined) {
      known.set(running.key, compiled)
      for (const oldest of known.keys()) {
        if (known.size <= POLICIES_MAX) break
        known.delete(oldest)
      }
    }
    return { ...told, compiled: describe(compiled) }
  }

  #hangUp(firing: number): void {
    this.#lines.get(firing)?.port.close()
    this.#lines.delete(firing)
  }
}

const CAUSE_MAX = 1_024
/** Policies under which one module is kept compiled. */
const POLICIES_MAX = 8

interface KnownModule {
  readonly bytes: Uint8Array
  /** By policy. */
  readonly compiled: Map<string, Compiled>
}

interface Running {
  readonly cell: FiringCell
  readonly module: KnownModule | undefined
  readonly key: string | undefined
}

/** To the remote functions of a firing, and the cell of whoever waits there. */
interface Line {
  readonly port: MessagePort
  cell: FiringCell
}

const describe = (compiled: Compiled): ToldCompiled => ({
  exports: compiled.exports,
  imports: compiled.imports,
  memories: compiled.memories,
  features: compiled.features,
  nondeterminism: compiled.nondeterminism,
  meteredBytes: compiled.meteredBytes,
  freshness: compiled.freshness,
  startFunction: compiled.plan.exports.start !== undefined
})
