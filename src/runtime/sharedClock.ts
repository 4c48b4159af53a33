/**
 * The process's monotonic clock in milliseconds. `performance.now()` counts from the start of each thread, and adding
 * the wall clock of that moment makes two threads differ by whatever the machine's clock was set by in between.
 */
export const sharedClockMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1_000_000
}
