import type { StackFrame } from "../outcome/Evidence.ts"
import { showText } from "./showText.ts"

/** The most frames that are listed: the inner half and the outer half of a deep recursion say what it is. */
export const SHOWN_FRAMES_MAX = 100

/**
 * A guest's call stack, a line a frame, innermost first.
 *
 *     #0  func[4] store_at  at 0x1a4
 *
 * Offsets are of the module as it was handed in, in hex, as disassemblers print them. A frame of the host's
 * has no function index. Of more than {@link SHOWN_FRAMES_MAX} frames the middle is left out, and that is said.
 */
export const describeStack = (frames: ReadonlyArray<StackFrame>): ReadonlyArray<string> => {
  const lines = (from: number, to: number): ReadonlyArray<string> =>
    frames.slice(from, to).map((frame, i) => describeFrame(frame, from + i, digits))
  const digits = String(Math.max(0, frames.length - 1)).length
  if (frames.length <= SHOWN_FRAMES_MAX) return lines(0, frames.length)
  const half = SHOWN_FRAMES_MAX / 2
  return [
    ...lines(0, half),
    `… ${frames.length - SHOWN_FRAMES_MAX} frames left out`,
    ...lines(frames.length - half, frames.length)
  ]
}

const describeFrame = (frame: StackFrame, index: number, digits: number): string => {
  const where = frame.funcIndex < 0 ? "host" : `func[${frame.funcIndex}]`
  const name = frame.name === undefined ? "" : ` ${showText(frame.name)}`
  const at = frame.codeOffset === undefined ? "" : `  at 0x${frame.codeOffset.toString(16)}`
  return `${`#${index}`.padEnd(digits + 1)}  ${where}${name}${at}`
}
