import { writeSync } from "node:fs"

/**
 * Tells the parent process, before a guest goes on, what its firing is about to do.
 *
 * ```
 *   int32 firing   int32 phase       eight bytes, little-endian, on a descriptor of their own
 * ```
 * Written at once and not over the channel: what the kernel has, a process that dies in the next instruction has
 * told. Only so does the parent know which firings had not begun and may be given to another child. Measured: 2 µs.
 */
export const writeNote = (firing: number, phase: number): void => {
  if (phase < NOTED_FIRST || phase > NOTED_LAST) return
  words.setInt32(0, firing, true)
  words.setInt32(4, phase, true)
  try {
    writeSync(NOTES_FD, note)
  } catch {
    // Nobody reads any more: the parent has ended, and this process is about to.
  }
}

export const NOTES_FD = 4
export const NOTE_BYTES = 8

/** `compiling`, `executing` and `capturing`; before them nothing has begun, after them the report is on its way. */
const NOTED_FIRST = 2
const NOTED_LAST = 4

const note = new Uint8Array(NOTE_BYTES)
const words = new DataView(note.buffer)
