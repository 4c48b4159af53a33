import { Worker } from "node:worker_threads"

/**
 * Starts a thread that can run guests, and nothing else: it does not keep the process alive.
 *
 * Apart from `GuestWorker.ts`, which makes one usable, because it needs no Effect: whoever is in a hurry starts the
 * thread first and loads the rest while it comes up.
 */
export const startThread = (): Worker => {
  const worker = new Worker(new URL(`./worker/main.${EXTENSION}`, import.meta.url), {
    // A guest must not read the daemon's environment or arguments through a host module's mistake.
    env: {},
    argv: [],
    execArgv: [],
    stdin: false
  })
  worker.unref()
  return worker
}

const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js"
