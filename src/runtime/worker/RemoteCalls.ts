import { type MessagePort, receiveMessageOnPort } from "node:worker_threads"
import type { Stop } from "../../fuel/Account.ts"
import type { HostValue, RemoteDeclaration } from "../../host/HostDeclaration.ts"
import type { MemoryWrite } from "../../host/HostMemory.ts"
import type { FiringCell } from "../FiringCell.ts"

/**
 * Calls of host functions that stay on the caller's side: the worker asks over a port and waits on a word of
 * shared memory, about 27 µs a call.
 *
 * It waits no longer than the firing has time, and a cancellation wakes it.
 */
export type CallRemote = (
  declaration: RemoteDeclaration,
  args: ReadonlyArray<HostValue>,
  reads: ReadonlyArray<Uint8Array>
) => RemoteReply

/** The same where the thread goes on with something else meanwhile: never rejects. */
export type AskRemote = (...question: Parameters<CallRemote>) => Promise<RemoteReply>

export type RemoteReply =
  | { readonly kind: "answered"; readonly result: unknown; readonly writes: ReadonlyArray<MemoryWrite> }
  | { readonly kind: "failed"; readonly what: string }
  | { readonly kind: "stopped"; readonly stop: Stop }

/** What crosses to the caller's side. */
export interface RemoteQuestion {
  readonly module: string
  readonly name: string
  readonly args: ReadonlyArray<HostValue>
  readonly reads: ReadonlyArray<Uint8Array>
}

export const remoteOverPort =
  (port: MessagePort, cellNow: () => FiringCell, timeLeftMs: () => number): CallRemote =>
  ({ module, name }, args, reads) => {
    const cell = cellNow()
    const question: RemoteQuestion = { module, name, args, reads }
    let seen = cell.replies
    port.postMessage(question)
    for (;;) {
      const reply = receiveMessageOnPort(port)
      // The other end is `answerRemote` on the caller's side, which sends nothing else.
      if (reply !== undefined) return reply.message as RemoteReply
      if (cell.cancelled) return { kind: "stopped", stop: "cancelled" }
      const left = timeLeftMs()
      if (left <= 0) return { kind: "stopped", stop: "deadline" }
      cell.waitForReply(seen, left)
      seen = cell.replies
    }
  }

/** Who asks and lets the thread go on with something else. */
export interface Asker {
  /** Resolves when nobody may wait any longer. */
  readonly stopped: () => Promise<Stop>
  /** Gives the thread away for as long as the answer takes. */
  readonly away: <A>(answer: Promise<A>) => Promise<A>
}

export const askOverPort =
  (port: MessagePort, asker: Asker): AskRemote =>
  ({ module, name }, args, reads) => {
    const question: RemoteQuestion = { module, name, args, reads }
    const reply = new Promise<RemoteReply>((resolve) => {
      // The other end is `answerRemote` on the caller's side, which sends nothing else.
      port.once("message", (message: RemoteReply) => resolve(message))
    })
    port.postMessage(question)
    const stopped = asker.stopped().then((stop): RemoteReply => ({ kind: "stopped", stop }))
    return asker.away(Promise.race([reply, stopped]))
  }

/** Where nobody answers: guests on the caller's own thread, which cannot wait for itself. */
export const noRemote: CallRemote = ({ module, name }) => ({
  kind: "failed",
  what: `${module}.${name} is remote, and a guest on the caller's own thread cannot wait for it`
})
