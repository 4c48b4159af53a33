import type { MessagePort } from "node:worker_threads"
import { LOG_LINES_MAX } from "../../host/builtin/log.ts"
import type { FiringRequest } from "../Firing.ts"
import { FiringCell, PHASES, type Phase } from "../FiringCell.ts"
import { NOBODY, type SchedulerCell } from "../SchedulerCell.ts"
import type { RelayedMessage } from "../startThread.ts"
import { WorkerLost } from "../WorkerLost.ts"
import { PULSE_MS } from "../worker/childMessages.ts"
import { type Frame, TEXT_BYTES_MAX } from "../worker/Frames.ts"
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
  /** Pulses that may come at once, and since when more have been saved up. */
  #pulsesLeft = PULSES_LEFT_MAX
  #savedMs = performance.now()
  /** The beginning of a note whose end is on its way. */
  #rest = new Uint8Array(0)

  constructor(cell: SchedulerCell) {
    this.#cell = cell
  }

  /** Bytes of the next message's text. Who was asked nothing has nothing to tell but its end. */
  get textBytesMax(): number {
    return this.#pending.size === 0 ? END_BYTES_MAX : TEXT_BYTES_MAX
  }

  /** Bytes of all that comes with it: the largest dump that is still to come, and what goes beside memories. */
  get partBytesMax(): number {
    if (this.#pending.size === 0) return 0
    let most = 0
    for (const { captureBytesMax } of this.#pending.values()) most = Math.max(most, captureBytesMax)
    return most + PART_BYTES_SPARE
  }

  fired(firing: number, request: FiringRequest, port: MessagePort | undefined): void {
    const { captureBytesMax } = request.policy
    const { goal, fuel, timeoutMs, cell } = request
    this.#add(firing, { goal, fuel, timeoutMs, call: false, captureBytesMax, ...begins(cell) })
    if (port !== undefined || goal === "reside")
      this.#lines.set(firing, { port, request, asker: firing, asking: false, captureBytesMax })
  }

  called(firing: number, resident: number, { fuel, timeoutMs, cell }: ResidentCall): void {
    const line = this.#lines.get(resident)
    if (line !== undefined) line.asker = firing
    const asked = { goal: "reside", fuel, timeoutMs, call: true } as const
    this.#add(firing, { ...asked, captureBytesMax: line?.captureBytesMax ?? 0, ...begins(cell) })
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
    const all = Buffer.concat([this.#rest, chunk])
    const view = new DataView(all.buffer, all.byteOffset, all.length)
    let at = 0
    for (; at + NOTE_BYTES <= all.length; at += NOTE_BYTES) {
      if (this.#notesLeft-- === 0) return "more notes than firings have phases"
      const pending = this.#pending.get(view.getInt32(at, true))
      const to = PHASES[view.getInt32(at + 4, true)]
      // Its report may have overtaken it.
      if (pending === undefined) continue
      if (to === undefined || PHASES.indexOf(to) <= PHASES.indexOf(pending.noted))
        return `the phase ${to} after ${pending.noted}`
      pending.noted = to
      enter(pending, to)
    }
    this.#rest = all.subarray(at)
    return undefined
  }

  /** One message. *Returns* what is to be told to whoever gave the firing. */
  hear(told: unknown, { text, parts }: Frame): Heard | Wrong | undefined {
    const word = childWord(told)
    if (word instanceof Wrong) return word
    if (word.kind !== "report" && text.length > WORD_CHARACTERS_MAX)
      return new Wrong(`.${word.kind}`, `at most ${WORD_CHARACTERS_MAX} characters`, text.length)
    if (word.kind !== "report" && word.kind !== "question" && parts.length > 0)
      return new Wrong(`.${word.kind}`, "no bytes", parts.length)
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
        enter(pending, "executing")
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
    if (this.#pending.size === 0) return new Wrong(".pulse", "none while nothing is asked", 1)
    const now = performance.now()
    const saved = this.#pulsesLeft + ((now - this.#savedMs) * PULSES_PER_PULSE) / PULSE_MS
    this.#pulsesLeft = Math.min(PULSES_LEFT_MAX, saved) - 1
    this.#savedMs = now
    if (this.#pulsesLeft < 0) return new Wrong(".pulse", `one each ${PULSE_MS} ms`, PULSES_LEFT_MAX)
    // One that has just been reported may have had the thread a moment ago.
    this.#cell.run(this.#pending.has(running) ? running : NOBODY)
    this.#cell.seen(silentMs)
    return undefined
  }

  #question({ remote, question }: Extract<ChildWord, { kind: "question" }>): Heard | Wrong {
    const line = this.#lines.get(remote)
    if (line?.port === undefined) return new Wrong(".remote", "a firing with remote functions", remote)
    const asker = this.#pending.get(line.asker)
    // A resident's lines stay; that nobody waits for it does not end what it could do, so this must.
    if (asker === undefined) return new Wrong(".remote", "a firing that runs", remote)
    if (line.asking) return new Wrong(".question", "one at a time", remote)
    const checked = checkQuestion(question, line.request)
    if (checked instanceof Wrong) return checked
    line.asking = true
    enter(asker, "executing")
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
  /** What it noted last. */
  noted: Phase
  /** Log lines so far. */
  lines: number
}

const begins = (cell: SharedArrayBuffer): Pick<Pending, "cell" | "noted" | "lines"> => ({
  cell: new FiringCell(cell),
  noted: "idle",
  lines: 0
})

/**
 * It is at this phase, or past it. A guest that is heard of runs, though its note be late or never come: were it
 * taken for one that has not begun, another child would do again what it has had done outside.
 */
const enter = ({ cell }: Pending, phase: Phase): void => {
  if (PHASES.indexOf(phase) > PHASES.indexOf(cell.phase)) cell.enter(phase)
}

/** To whoever answers a firing's remote functions. */
interface Line {
  readonly port: MessagePort | undefined
  readonly request: Pick<FiringRequest, "grants" | "declarations">
  readonly captureBytesMax: number
  /** The firing, or the call of the resident, on whose behalf questions come. */
  asker: number
  asking: boolean
}

/** `compiling`, `executing`, `capturing`. */
const NOTES_OF_FIRING = 3
/**
 * Pulses may come twice as often as they are sent, since clocks differ, and those of five minutes at once, from when
 * this process was held up.
 */
const PULSES_PER_PULSE = 2
const PULSES_LEFT_MAX = (5 * 60_000) / PULSE_MS
/** Why the thread in the child has ended. */
const END_BYTES_MAX = 2 ** 16
/** All that is told apart from reports; the longest are a thousand arguments, and a line of 4,096 escapes. */
const WORD_CHARACTERS_MAX = 2 ** 18
/** Beside the memories of a dump: its tables, its journal, and what a host function is to read. */
const PART_BYTES_SPARE = 2 ** 28
