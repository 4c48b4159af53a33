import { closeSync, readdirSync, readFileSync } from "node:fs"

/**
 * Closes, in a child process, what its daemon was given by whoever started that and has handed on without knowing.
 *
 * Node keeps to itself what it opens, and what it inherits up to the first gap after descriptor 15; a descriptor of
 * a shell's, a service manager's or an addon's above that would be open in every child. Whatever is not marked to be
 * closed by the next program was opened by an earlier one. Only Linux tells the marks: nothing is done elsewhere.
 */
export const closeInherited = (keptMax: number): void => {
  if (process.platform !== "linux") return
  for (const name of descriptors()) {
    const descriptor = Number(name)
    if (descriptor <= keptMax || isOwn(name)) continue
    try {
      closeSync(descriptor)
    } catch {
      // Closed in between.
    }
  }
}

/** None where a sandbox shows no processes. */
const descriptors = (): ReadonlyArray<string> => {
  try {
    return readdirSync("/proc/self/fd")
  } catch {
    return []
  }
}

const isOwn = (name: string): boolean => {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, "latin1"))?.[1]
    return flags === undefined || (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0
  } catch {
    return true
  }
}

const O_CLOEXEC = 0o2000000
