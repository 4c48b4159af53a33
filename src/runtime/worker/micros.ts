/** Microseconds since a reading of `performance.now()`. */
export const micros = (sinceMs: number): number => Math.round((performance.now() - sinceMs) * 1_000)
