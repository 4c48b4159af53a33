import type { HostContext } from "../../src/host/HostContext.ts"
import type { HostMemory } from "../../src/host/HostMemory.ts"

/** Host functions that keep what they were given and use it when it is not theirs any more. */

let kept: HostMemory | undefined

/** Writes to the memory of the guest that called it last time, and keeps that of the one that calls it now. */
export const keepAndSpill = ({ memory }: HostContext): number => {
  kept?.write(8, Uint8Array.of(77))
  kept = memory
  return 0
}

/** Writes to the guest's memory when it may have ended. */
export const writeLater = ({ memory }: HostContext): number => {
  setTimeout(() => memory.write(8, Uint8Array.of(77)), 0)
  return 0
}
