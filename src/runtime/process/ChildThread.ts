import type { ChildProcess } from "node:child_process"
import type { Socket } from "node:net"
import type { MessagePort } from "node:worker_threads"
import { visible } from "../../outcome/visible.ts"
import { NOBODY, type SchedulerCell } from "../SchedulerCell.ts"
import { SentModules } from "../SentModules.ts"
import type { RelayedMessage, RelayedThread } from "../startThread.ts"
import type { ToChild } from "../worker/childMessages.ts"
import { encodeFrame, type Frame, FrameReader, PARTS_MAX, VALUES_MAX } from "../worker/Frames.ts"
import type { SchedulerMessage } from "../worker/messages.ts"
import type { RemoteReply } from "../worker/RemoteCalls.ts"
import { BadWire, pack, unpack } from "../worker/wire.ts"
import { Assigned } from "./Assigned.ts"
import { Wrong } from "./Shape.ts"

/**
 * The daemon's end of a child process that runs guests, with the face of a thread.
 *
 * ```
 *   GuestWorker ── messages, cells, ports ── ChildThread ══ channel ══ Bridge ── messages, cells, ports ── thread
 * ```
 * Whatever comes over the channel may be anybody's: it is bounded while it is read, checked against what was asked,
 * and a child that sends anything else is killed and lost. Times are taken by the clock of this side.
 */
export class ChildThread implements RelayedThread {
  readonly threadId: number
  readonly #child: ChildProcess
  readonly #cell: SchedulerCell
  readonly #channel: Socket | undefined
  readonly #notes: Socket | undefined
  /** By their bytes: whoever keeps a compiled module keeps its bytes with it. */
  readonly #modules = new SentModules<Uint8Array>()
  readonly #assigned: Assigned
  readonly #closed: Promise<void>
  #onMessage: (message: RelayedMessage) => void = () => {}
  #onLost: (cause: string) => void = () => {}
  #lost = false

  constructor(child: ChildProcess, cell: SchedulerCell) {
    this.threadId = child.pid ?? 0
    this.#child = child
    this.#cell = cell
    this.#assigned = new Assigned(cell)
    // The casts: both descriptors were asked for as pipes, and without descriptors left there is neither.
    this.#channel = child.stdio?.[3] as Socket | undefined
    this.#notes = child.stdio?.[4] as Socket | undefined
    const bounds = {
      textBytesMax: () => this.#assigned.textBytesMax,
      partsMax: PARTS_MAX,
      valuesMax: VALUES_MAX,
      partBytesMax: () => this.#assigned.partBytesMax
    }
    const reader = new FrameReader(bounds, (frame) => this.#hear(frame))
    this.#channel?.on("data", (chunk: Buffer) => {
      cell.heard()
      if (!this.#lost) this.#refuse(reader.push(chunk))
    })
    this.#notes?.on("data", (chunk: Buffer) => this.#lost || this.#refuse(this.#assigned.note(chunk)))
    this.#channel?.on("error", () => {})
    this.#notes?.on("error", () => {})
    // One that only hangs up would keep its end open for as long as it does not read.
    for (const event of ["end", "close"]) this.#channel?.on(event, () => this.#kill())
    this.#closed = new Promise((resolve) => {
      let draining: NodeJS.Timeout | undefined
      child.on("error", (error) => {
        const what = child.pid === undefined ? "started" : "ended"
        this.#lose(`the process could not be ${what}: ${error.message}`)
        // One that may not be killed, since a sandbox has made it somebody else's, ends when nobody is there any more.
        this.#channel?.destroy()
        if (child.pid === undefined) resolve()
      })
      child.on("exit", () => {
        // What it told before its end is read first; somebody else may hold the other ends.
        draining = setTimeout(() => this.#hangUp(), DRAIN_MS_MAX).unref()
      })
      child.on("close", (code, signal) => {
        clearTimeout(draining)
        this.#lose(`the process ended with ${signal ?? code}`)
        resolve()
      })
    })
    this.unref()
  }

  listen(onMessage: (message: RelayedMessage) => void, onLost: (cause: string) => void): void {
    this.#onMessage = onMessage
    this.#onLost = onLost
  }

  ref(): void {
    this.#setRef("ref")
  }

  unref(): void {
    this.#setRef("unref")
  }

  terminate(): Promise<void> {
    this.#kill()
    return this.#closed
  }

  postMessage(message: SchedulerMessage, moved: ReadonlyArray<MessagePort>): void {
    if (this.#lost) {
      for (const port of moved) port.close()
      return
    }
    switch (message.kind) {
      case "fire": {
        const { firing, priority, remote } = message
        const { bytes, compiled: _, cell, ...request } = message.request
        remote?.on("message", (reply: RemoteReply) => this.#reply(firing, reply))
        this.#assigned.fired(firing, message.request, remote)
        const { number: module, isNew, forget } = this.#modules.send(bytes, bytes.length)
        if (isNew) this.#send({ kind: "module", module, bytes })
        for (const old of forget) this.#send({ kind: "forget", module: old })
        this.#send({ kind: "fire", firing, priority, module, remote: remote !== undefined, request })
        return
      }
      case "call": {
        const { cell, ...call } = message.call
        this.#assigned.called(message.firing, message.resident, message.call)
        this.#send({ ...message, call })
        return
      }
      case "leave":
        this.#assigned.left(message.resident)
        this.#send(message)
        return
      case "hurry":
        this.#send(message)
    }
  }

  #reply(firing: number, reply: RemoteReply): void {
    const remote = this.#assigned.answered(firing)
    if (remote === undefined || this.#lost) return
    const frame = pack({ kind: "reply", remote: firing, reply } satisfies ToChild)
    if (frame instanceof BadWire) {
      const what = `its answer cannot be sent: ${frame.what}`
      this.#send({ kind: "reply", remote: firing, reply: { kind: "failed", what } })
    } else this.#write(encodeFrame(frame))
  }

  #send(told: ToChild): void {
    const frame = pack(told)
    // What a request is made of can be packed, by its type.
    if (!(frame instanceof BadWire)) this.#write(encodeFrame(frame))
  }

  #write(chunks: ReadonlyArray<Uint8Array>): void {
    if (this.#channel?.writable !== true) return
    this.#channel.cork()
    for (const chunk of chunks) this.#channel.write(chunk)
    this.#channel.uncork()
  }

  /** One frame of the child's. */
  #hear(frame: Frame): void {
    if (this.#lost) return
    const told = unpack(frame)
    if (told instanceof BadWire) return this.#refuse(told.what)
    const heard = this.#assigned.hear(told, frame)
    if (heard instanceof Wrong) return this.#refuse(heard.what)
    if (heard === undefined) return
    if (heard.kind === "ended") {
      this.#lose(heard.cause)
      return this.#kill()
    }
    if (heard.kind === "question") return heard.port.postMessage(heard.question)
    this.#onMessage(heard)
  }

  /** What it sends is not as it should be: nothing more of it is read. */
  #refuse(wrong: string | undefined): void {
    if (wrong === undefined) return
    this.#lose(`its process sent what nobody asked for: ${visible(wrong, 200)}`)
    this.#kill()
  }

  #lose(cause: string): void {
    if (this.#lost) return
    this.#lost = true
    // Who had the thread at the end is known to the last pulse only, which is too long ago to say it was to blame.
    this.#cell.run(NOBODY)
    this.#assigned.close()
    this.#onLost(cause)
  }

  #kill(): void {
    // Node 22 takes what was never started for process 0, and that is the daemon's whole group.
    if (this.#child.pid !== undefined) this.#child.kill("SIGKILL")
    this.#channel?.destroy()
  }

  #hangUp(): void {
    this.#channel?.destroy()
    this.#notes?.destroy()
  }

  #setRef(how: "ref" | "unref"): void {
    this.#child[how]()
    this.#channel?.[how]()
    this.#notes?.[how]()
  }
}

/** How long after its end what it told before may be on its way. */
const DRAIN_MS_MAX = 250
