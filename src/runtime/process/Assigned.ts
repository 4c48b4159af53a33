import type { MessagePort } from "node:worker_threads"
import { LOG_LINES_MAX } from "../../host/builtin/log.ts"
import type { FiringRequest } from "../Firing.ts"
import { FiringCell, PHASES } from "../FiringCell.ts"
import { NOBODY, type SchedulerCell } from "../SchedulerCell.ts"
import type { RelayedMessage } from "../startThread.ts"
import { WorkerLost } from "../WorkerLost.ts"
import { PULSE_MS } from "../worker/childMessages.ts"
import type { RemoteQuestion } from "../worker/RemoteCalls.ts"
import type { ResidentCall } from "../worker/Resident.ts"
import { NOTE_BYTES } from "../worker/writeNote.ts"
import { checkQuestion } from "./checkQuestion.ts"
import { type Asked, checkReport } from "./checkReport.ts"
import { type ChildWord, childWord } from "./childWord.ts"
import { Wrong } from "./Shape.ts"

/**
 * All that a child was given and has not done with, and whether what it tells fits that.
 *
 * Everything it may say is counted as well as checked: a phase goes forward, a firing is reported once and asks one
 * question at a time, lines and pulses are as many as an honest child would send.
 */
export class Assigned {
  readonly #cell: SchedulerCell
  readonly #pending = new Map<number, Pending>()
  /** Lines of firings, and of residents beyond the report that they have started. */
  readonly #lines = new Map<number, Line>()
  #notesLeft = 0
  #pulses = 0
  readonly #beganMs = performance.now()
  /** The beginning of a note whose end is on its way. */
  #rest = new Uint8Array(0)

  constructor(cell: SchedulerCell) {
    this.#cell = cell
  }

  /** Bytes that the largest memory of any dump may have that is still to come. */
  get evidenceBytesMax(): number {
    let most = 0
    for (const { captureBytesMax } of this.#pending.values()) most = Math.max(most, captureBytesMax)
    return most
  }

  fired(firing: number, request: FiringRequest, port: MessagePort | undefined): void {
    const { captureBytesMax } = request.policy
    const { goal, fuel, cell } = request
    this.#add(firing, { goal, fuel, call: false, captureBytesMax, cell: new FiringCell(cell), lines: 0 })
    if (port !== undefined || goal === "reside")
      this.#lines.set(firing, { port, request, asking: false, captureBytesMax })
  }

  called(firing: number, resident: number, { fuel, cell }: Pick<ResidentCall, "fuel" | "cell">): void {
    const captureBytesMax = this.#lines.get(resident)?.captureBytesMax ?? 0
    const asked = { goal: "reside", fuel, call: true } as const
    this.#add(firing, { ...asked, captureBytesMax, cell: new FiringCell(cell), lines: 0 })
  }

  /** A resident is to go: nobody answers it any more. */
  left(resident: number): void {
    this.#lines.get(resident)?.port?.close()
    this.#lines.delete(resident)
  }

  /** Its question is answered; *returns* `undefined` where nobody waits for the answer any more. */
  answered(firing: number): Line | undefined {
    const line = this.#lines.get(firing)
    if (line !== undefined) line.asking = false
    return line
  }

  /** Nothing more will come. */
  close(): void {
    for (const { port } of this.#lines.values()) port?.close()
    this.#lines.clear()
    this.#pending.clear()
  }

  /** What firings are about to do. *Returns* what is wrong. */
  note(chunk: Uint8Array): string | undefined {
    const all = new Uint8Array([...this.#rest, ...chunk])
    const view = new DataView(all.buffer)
    let at = 0
    for (; at + NOTE_BYTES <= all.length; at += NOTE_BYTES) {
      if (this.#notesLeft-- === 0) return "more notes than firings have phases"
      const pending = this.#pending.get(view.getInt32(at, true))
      const to = PHASES[view.getInt32(at + 4, true)]
      // Its report may have overtaken it.
      if (pending === undefined) continue
      if (to === undefined || PHASES.indexOf(to) <= PHASES.indexOf(pending.cell.phase))
        return `the phase ${to} after ${pending.cell.phase}`
      pending.cell.enter(to)
    }
    this.#rest = all.slice(at)
    return undefined
  }

  /** One message. *Returns* what is to be told to whoever gave the firing. */
  hear(told: unknown): Heard | Wrong | undefined {
    const word = childWord(told)
    if (word instanceof Wrong) return word
    if (word.kind === "lost") return { kind: "ended", cause: word.cause }
    if (word.kind === "pulse") return this.#pulse(word)
    if (word.kind === "question") return this.#question(word)
    const { firing } = word
    const pending = this.#pending.get(firing)
    if (pending === undefined) return new Wrong(".firing", "a firing that was given", firing)
    switch (word.kind) {
      case "log":
        if (++pending.lines > LOG_LINES_MAX)
          return new Wrong(".log", `at most ${LOG_LINES_MAX} lines`, pending.lines)
        return { kind: "log", firing, record: word.record }
      case "unsent": {
        const { phase, cancelled } = pending.cell
        this.#end(firing)
        return { kind: "lost", firing, lost: new WorkerLost(word.cause, phase, cancelled) }
      }
      case "report": {
        const report = checkReport(word.report, pending)
        if (report instanceof Wrong) return report
        if (report.kind === "started") this.#pending.delete(firing)
        else this.#end(firing)
        return { kind: "report", firing, report }
      }
    }
  }

  #pulse({ running, silentMs }: Extract<ChildWord, { kind: "pulse" }>): Wrong | undefined {
    const most = PULSES_SPARE + (2 * (performance.now() - this.#beganMs)) / PULSE_MS
    if (++this.#pulses > most) return new Wrong(".pulse", `one each ${PULSE_MS} ms`, this.#pulses)
    // One that has just been reported may have had the thread a moment ago.
    this.#cell.run(this.#pending.has(running) ? running : NOBODY)
    this.#cell.seen(silentMs)
    return undefined
  }

  #question({ remote, question }: Extract<ChildWord, { kind: "question" }>): Heard | Wrong {
    const line = this.#lines.get(remote)
    if (line?.port === undefined) return new Wrong(".remote", "a firing with remote functions", remote)
    if (line.asking) return new Wrong(".question", "one at a time", remote)
    const checked = checkQuestion(question, line.request)
    if (checked instanceof Wrong) return checked
    line.asking = true
    return { kind: "question", port: line.port, question: checked }
  }

  #add(firing: number, pending: Pending): void {
    this.#pending.set(firing, pending)
    this.#notesLeft += NOTES_OF_FIRING
  }

  #end(firing: number): void {
    this.#pending.delete(firing)
    this.left(firing)
  }
}

export type Heard =
  | RelayedMessage
  | { readonly kind: "question"; readonly port: MessagePort; readonly question: RemoteQuestion }
  /** The thread in the child is no more. */
  | { readonly kind: "ended"; readonly cause: string }

interface Pending extends Asked {
  readonly cell: FiringCell
  readonly captureBytesMax: number
  /** Log lines so far. */
  lines: number
}

/** To whoever answers a firing's remote functions. */
interface Line {
  readonly port: MessagePort | undefined
  readonly request: Pick<FiringRequest, "grants" | "declarations">
  readonly captureBytesMax: number
  asking: boolean
}

/** `compiling`, `executing`, `capturing`. */
const NOTES_OF_FIRING = 3
/** Pulses that a clock may be ahead of ours, and that were held up on their way. */
const PULSES_SPARE = 100
