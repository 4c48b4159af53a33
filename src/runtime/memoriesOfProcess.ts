import { MemoryLedger, ROWS_MAX } from "./MemoryLedger.ts"

/** The memories of this process, in its threads and in itself, which has the first row. */
export const memoriesOfProcess = new MemoryLedger()

const free = Array.from({ length: ROWS_MAX - 1 }, (_, i) => ROWS_MAX - 1 - i)

/** A row for a thread. With more threads than rows the last ones share the first row, which then says too much. */
export const takeRow = (): number => free.pop() ?? 0

/** The thread is no more. */
export const giveRowBack = (row: number): void => {
  if (row === 0) return
  memoriesOfProcess.empty(row)
  free.push(row)
}
