import { ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Result from "effect/Result"
import type { ChildCommand, ChildOptions } from "./process/ChildOptions.ts"
import { ChildThread } from "./process/ChildThread.ts"
import { SchedulerCell } from "./SchedulerCell.ts"
import { HEAP_MB_DEFAULT, type StartedChild } from "./startThread.ts"

/**
 * Starts a process with a thread in it that can run guests; it does not keep this process alive.
 *
 * *Cost*, measured beside threads on two cores that others kept busy, Node 26, four rounds: 440 to 740 ms to the first
 * answer where a thread takes 230 to 340; a firing at a time 0.6 to 1.5 ms each where a thread takes 0.25 to 1.1; with
 * 50 at once 0.3 to 0.7 ms each and 0.2 to 0.4.
 */
export const startChild = (options: ChildOptions = {}, heapMbMax = HEAP_MB_DEFAULT): StartedChild => {
  const cell = new SchedulerCell()
  return { worker: new ChildThread(Result.getOrElse(spawned(options, heapMbMax), unstarted), cell), cell }
}

const spawned = (options: ChildOptions, heapMbMax: number): Result.Result<ChildProcess, Error> =>
  // A command that cannot be run throws, or tells later, as the system's answer to it is.
  Result.try({
    try: () => {
      const { executable, args, env } = commandOf(options, heapMbMax)
      return spawn(executable, args, {
        env,
        cwd: "/",
        stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
        windowsHide: true
      })
    },
    catch: (cause) => (cause instanceof Error ? cause : new Error(String(cause)))
  })

/** What `spawn` gives where there is no process, and tells as it tells that. */
const unstarted = (error: Error): ChildProcess => {
  const child = new ChildProcess()
  process.nextTick(() => child.emit("error", error))
  return child
}

const commandOf = ({ sandbox }: ChildOptions, heapMbMax: number): ChildCommand => {
  const command: ChildCommand = {
    executable: process.execPath,
    args: [
      `--max-old-space-size=${heapMbMax}`,
      ...process.execArgv.filter(isOfWebAssembly),
      PROGRAM,
      String(heapMbMax)
    ],
    env: {}
  }
  if (sandbox === undefined) return command
  if (typeof sandbox === "function") return sandbox(command)
  const [wrapper = command.executable, ...before] = sandbox
  if (sandbox.length === 0) return command
  return { ...command, executable: wrapper, args: [...before, command.executable, ...command.args] }
}

/** What this process can do with guests, its child must be able to. */
const isOfWebAssembly = (flag: string): boolean => /^--[\w-]*wasm/.test(flag)

const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js"
const PROGRAM = fileURLToPath(new URL(`./worker/child.${EXTENSION}`, import.meta.url))
