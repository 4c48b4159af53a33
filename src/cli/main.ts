import { readFileSync } from "node:fs"
import { findPackageJSON } from "node:module"
import type { StartedThread } from "../runtime/startThread.ts"
import { startThread } from "../runtime/startThread.ts"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import type { Invocation, Subcommand } from "./program.ts"

/**
 * From arguments to an exit status. Each subcommand is loaded when it is asked for, because loading is most of
 * what a small firing takes; the thread that will run the guest comes up meanwhile.
 *
 * Rejected only for a defect of ours, which the launcher reports.
 */
export const main = (argv: ReadonlyArray<string>): Promise<number> => {
  const thread = needsThread(argv) ? startThread() : undefined
  return Promise.all([import("commander"), import("./program.ts")]).then(
    ([{ CommanderError }, { makeProgram }]) => {
      let status: number = EXIT.done
      const program = makeProgram(version(), (name, invocation) =>
        SUBCOMMAND[name](invocation, thread).then((ending) => {
          if (ending instanceof UsageProblem) invocation.command.error(`error: ${ending.what}`)
          else status = ending
        })
      )
      return program.parseAsync([...argv], { from: "user" }).then(
        () => status,
        (error: unknown) => {
          if (!(error instanceof CommanderError)) return Promise.reject(error)
          return error.exitCode === 0 ? EXIT.done : EXIT.usage
        }
      )
    }
  )
}

/**
 * Told before the command line is parsed, so that starting costs no time. Where it is wrong, a thread is started
 * that nobody uses and that ends with the process.
 */
const needsThread = ([name = "", ...rest]: ReadonlyArray<string>): boolean =>
  ["fire", "validate", "meter", "snapshot"].includes(name) && !rest.includes("--inline")

type Run = (invocation: Invocation, thread: StartedThread | undefined) => Promise<Ending>

const SUBCOMMAND: Readonly<Record<Subcommand, Run>> = {
  fire: (invocation, thread) => import("./fire.ts").then(({ fire }) => fire(invocation, thread)),
  validate: (invocation, thread) =>
    import("./validate.ts").then(({ validate }) => validate(invocation, thread)),
  inspect: (invocation) => import("./inspect.ts").then(({ inspect }) => inspect(invocation)),
  meter: (invocation, thread) => import("./meter.ts").then(({ meter }) => meter(invocation, thread)),
  snapshot: (invocation, thread) =>
    import("./snapshot.ts").then(({ snapshot }) => snapshot(invocation, thread)),
  chart: (invocation) => import("./chart.ts").then(({ chart }) => chart(invocation)),
  audit: (invocation) => import("./audit.ts").then(({ audit }) => audit(invocation)),
  completion: (invocation) => import("./completion.ts").then(({ completion }) => completion(invocation))
}

const version = (): string => {
  const path = findPackageJSON("..", import.meta.url)
  return path === undefined ? "unknown" : String(JSON.parse(readFileSync(path, "utf8")).version)
}
