/** What a caller's own host module may do, well and badly. Loaded by the threads of the tests. */
export const double = (_context: unknown, value: number): number => value * 2

export const exit = (): never => process.exit(3)

export const hang = (): never => {
  for (;;) {}
}

/** Not even a termination wakes it before the time is over. */
export const sleep = (_context: unknown, milliseconds: number): number => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
  return 0
}

export const explode = (): never => {
  throw new Error("boom")
}

export const later = async (): Promise<number> => {
  throw new Error("nobody waits")
}

/** Ends the thread from outside the call. */
export const explodeLater = (): number => {
  setTimeout(() => {
    throw new Error("later boom")
  })
  return 0
}

export const notAFunction = 7

let counter = 0
export const count = (): number => {
  counter += 1
  return counter
}

/** How often `count` was called on this thread since it was last asked. */
export const counted = (): number => {
  const calls = counter
  counter = 0
  return calls
}

/** Ends the process as V8 does when it finds itself broken; `process.abort` is not there in threads. */
export const abort = (): number => {
  process.kill(process.pid, "SIGABRT")
  return 0
}

export const killSelf = (): number => {
  process.kill(process.pid, "SIGKILL")
  return 0
}

/** Takes what there is of V8's heap. */
export const exhaust = (): never => {
  const kept: Array<unknown> = []
  for (;;) kept.push({ number: kept.length, text: String(kept.length) })
}

/** Ends its thread when it is told to, and the thread with it. */
export const exitIf = (_context: unknown, wanted: number): number => (wanted === 0 ? 0 : process.exit(3))
