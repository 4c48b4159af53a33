import * as Effect from "effect/Effect"
import { describeStack } from "../forensics/describeStack.ts"
import { nearest } from "../host/nearest.ts"
import { Crash } from "../outcome/Crash.ts"
import { isMissing } from "../outcome/Missing.ts"
import type { Refused } from "../outcome/Refused.ts"
import { type Metadata, Returned } from "../outcome/Returned.ts"
import { visible } from "../outcome/visible.ts"
import { ENDING_SIGNALS, type EndingSignal, EXIT } from "./ExitStatus.ts"
import { describeFileFailed, type FileFailed, writeWhole } from "./files.ts"
import { printErr, printJson, printOut } from "./print.ts"

/**
 * An outcome as people and programs read it, and the exit status that goes with it.
 *
 * The values, one a line, or with `--json` one object, are all that standard output gets. A dump that cannot be
 * written is said; the crash is reported all the same.
 */
export interface OutcomeOutput {
  readonly json: boolean
  readonly dump: string | undefined
}

export const reportOutcome = (
  outcome: Returned | Crash | Refused | FileFailed,
  output: OutcomeOutput
): Promise<number> => {
  if (outcome instanceof Returned) return Promise.resolve(reportReturned(outcome, output.json))
  return outcome instanceof Crash
    ? reportCrash(outcome, output)
    : Promise.resolve(reportRefused(outcome, output.json))
}

const reportReturned = ({ metadata }: Returned, json: boolean): number => {
  if (json) printJson({ outcome: "returned", values: metadata.typed, ...consumed(metadata) })
  else {
    for (const { value } of metadata.typed) printOut(`${visible(value)}\n`)
    printErr(`returned: ${describeConsumed(metadata)}\n`)
  }
  return EXIT.done
}

const reportCrash = (crash: Crash, { json, dump }: OutcomeOutput): Promise<number> => {
  const { message, forensics, metadata, reason } = crash
  if (!json) {
    const { stack } = forensics
    printErr(`crashed: ${visible(message)}\n`)
    const frames = isMissing(stack) ? [`no stack: ${visible(stack.why)}`] : describeStack(stack)
    for (const frame of frames) printErr(`  ${frame}\n`)
    printErr(`consumed: ${describeConsumed(metadata)}\n`)
  }
  return (dump === undefined ? Promise.resolve(undefined) : writeDump(crash, dump)).then((written) => {
    if (json) printJson({ outcome: "crashed", reason, message, dump: written ?? null, ...consumed(metadata) })
    else if (dump === undefined) printErr("dump: none was asked for; --dump FILE writes one\n")
    else if (written !== undefined) printErr(`dump: ${JSON.stringify(written)}\n`)
    return EXIT.crashed
  })
}

/** *Returns* the path, or `undefined` where it could not be written, which has then been said. */
const writeDump = (crash: Crash, path: string): Promise<string | undefined> =>
  import("../forensics/encodeDump.ts").then(({ encodeDump }) =>
    Effect.runPromise(
      writeWhole(path, encodeDump(crash.forensics), DUMP_MODE).pipe(
        Effect.as<string | undefined>(path),
        Effect.catch((failed) =>
          Effect.sync(() => {
            printErr(`dump: ${describeFileFailed(failed)}\n`)
            return undefined
          })
        )
      )
    )
  )

/** A dump holds what the guest held. */
const DUMP_MODE = 0o600

/** Refusals and files: what every subcommand says when it cannot begin. */
export const reportRefused = (refused: Refused | FileFailed, json: boolean): number => {
  if (refused._tag === "FileFailed") return reportReason({ ...refused }, describeFileFailed(refused), json)
  const { reason, message } = refused
  const status = reportReason({ ...reason }, message, json)
  if (reason._tag === "UnknownFunction" && !json) {
    const [closest] = nearest(reason.name, reason.available)
    if (closest !== undefined) printErr(`(Did you mean ${visible(closest)}?)\n`)
  }
  return status
}

/** One that is not the library's own: a file, a dump that cannot be read. */
export const reportReason = (reason: object, message: string, json: boolean): number => {
  if (json) printJson({ outcome: "refused", reason, message })
  else printErr(`refused: ${visible(message)}\n`)
  return EXIT.refused
}

/** Stopped before there was anything to report: while the module was compiled. */
export const reportInterrupted = (by: EndingSignal, { json }: OutcomeOutput): number => {
  const message = `interrupted by ${by} before the guest ran`
  if (json) printJson({ outcome: "interrupted", message })
  else printErr(`${message}\n`)
  return ENDING_SIGNALS[by]
}

const consumed = ({ fuel, memory, durationMicros, lifecycle }: Metadata) => ({
  fuel,
  memory,
  durationMicros,
  lifecycle: lifecycle.map(({ state }) => state)
})

const describeConsumed = ({ fuel, memory, durationMicros }: Metadata): string =>
  `${fuel.used} of ${fuel.allocated} fuel, ${memory.pages} ${memory.pages === 1 ? "page" : "pages"} of memory, ` +
  `${(durationMicros / 1_000).toFixed(1)} ms`
