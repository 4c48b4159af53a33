import { Socket } from "node:net"
import { Bridge } from "./Bridge.ts"
import type { FromChild, ToChild } from "./childMessages.ts"
import { closeInherited } from "./closeInherited.ts"
import { encodeFrame, FrameReader, tooLarge } from "./Frames.ts"
import { BadWire, pack, unpack } from "./wire.ts"
import { NOTES_FD } from "./writeNote.ts"

/**
 * A child process that runs guests: the same thread as in the daemon, and a bridge to whoever started it.
 *
 * Descriptor 3 is the channel, 4 the notes (see `writeNote.ts`). When the channel closes, the daemon is no more or
 * does not want it any longer, and it ends at once: by SIGKILL, since leaving in order would wait for a thread that
 * V8 cannot interrupt. A signal to the whole group is the daemon's to obey, which ends its children in order.
 */
const CHANNEL_FD = 3
/** Of the thread: the flag of the command line is for this one. */
const heapMbMax = Number(process.argv[2])

closeInherited(NOTES_FD)

const end = (): void => {
  process.kill(process.pid, "SIGKILL")
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {})

const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })

const tell = (told: FromChild): void => {
  let frame = pack(told)
  if (told.kind === "report") {
    const wrong = frame instanceof BadWire ? frame.what : tooLarge(frame)
    if (wrong !== undefined)
      frame = pack({ kind: "unsent", firing: told.firing, cause: `its report cannot be sent: ${wrong}` })
  }
  if (frame instanceof BadWire) return
  for (const bytes of encodeFrame(frame)) channel.write(bytes)
}

const bridge = new Bridge(heapMbMax, tell, () => channel.end(end))

// Bounds are for whoever distrusts the other side; the daemon has bounded what it sends.
const bounds = {
  textBytesMax: () => 2 ** 32,
  partsMax: 2 ** 32,
  partBytesMax: () => Number.MAX_SAFE_INTEGER,
  valuesMax: 2 ** 32
}
const reader = new FrameReader(bounds, (frame) => {
  const told = unpack(frame)
  // The cast: only the daemon writes here.
  if (!(told instanceof BadWire)) bridge.receive(told as ToChild)
})
channel.on("data", (chunk: Uint8Array) => {
  if (reader.push(chunk) !== undefined) end()
})
channel.on("error", end)
channel.on("close", end)
