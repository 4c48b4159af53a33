import { readFileSync } from "node:fs"
import { findPackageJSON } from "node:module"
import { CommanderError } from "commander"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import { type Invocation, makeProgram, type Subcommand } from "./program.ts"

/**
 * From arguments to an exit status. Each subcommand is loaded when it is asked for, because loading is most of
 * what a small firing takes.
 *
 * Rejected only for a defect of ours, which the launcher reports.
 */
export const main = (argv: ReadonlyArray<string>): Promise<number> => {
  let status: number = EXIT.done
  const program = makeProgram(version(), (name, invocation) =>
    SUBCOMMAND[name](invocation).then((ending) => {
      if (ending instanceof UsageProblem) invocation.command.error(`error: ${ending.what}`)
      else status = ending
    })
  )
  return program.parseAsync([...argv], { from: "user" }).then(
    () => status,
    (error: unknown) =>
      error instanceof CommanderError
        ? error.exitCode === 0
          ? EXIT.done
          : EXIT.usage
        : Promise.reject(error)
  )
}

const SUBCOMMAND: Readonly<Record<Subcommand, (invocation: Invocation) => Promise<Ending>>> = {
  fire: (invocation) => import("./fire.ts").then(({ fire }) => fire(invocation)),
  validate: (invocation) => import("./validate.ts").then(({ validate }) => validate(invocation)),
  inspect: (invocation) => import("./inspect.ts").then(({ inspect }) => inspect(invocation)),
  meter: (invocation) => import("./meter.ts").then(({ meter }) => meter(invocation)),
  completion: (invocation) => import("./completion.ts").then(({ completion }) => completion(invocation))
}

const version = (): string => {
  const path = findPackageJSON("..", import.meta.url)
  return path === undefined ? "unknown" : String(JSON.parse(readFileSync(path, "utf8")).version)
}
