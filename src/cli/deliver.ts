import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { LayoutFailed } from "../chart/layOut.ts"
import type { Picture } from "../chart/Picture.ts"
import { toMermaid } from "../chart/toMermaid.ts"
import { toSvg } from "../chart/toSvg.ts"
import type { Refused } from "../outcome/Refused.ts"
import { type Ending, EXIT } from "./ExitStatus.ts"
import { type FileFailed, writeWhole } from "./files.ts"
import { printErr, printOut } from "./print.ts"
import type { PictureFormat } from "./program.ts"
import { reportReason, reportRefused } from "./reportOutcome.ts"

/**
 * A text that was asked for goes to standard output, or whole into the file that was named; why there is none goes
 * to standard error. A layout that fails is a defect of ours, whatever the chart was.
 */
export const deliver = (
  text: Effect.Effect<string, FileFailed | Refused | Unreadable>,
  output: unknown
): Promise<Ending> => {
  const place = typeof output === "string" ? output : undefined
  const delivering = Effect.tap(text, (written) =>
    place === undefined ? Effect.void : writeWhole(place, new TextEncoder().encode(written), 0o666)
  )
  return Effect.runPromise(Effect.result(delivering)).then((delivered) => {
    if (Result.isFailure(delivered)) {
      const { failure } = delivered
      return failure instanceof Unreadable
        ? reportReason({ ...failure }, failure.message, false)
        : reportRefused(failure, false)
    }
    if (place === undefined) printOut(delivered.success)
    else printErr(`${JSON.stringify(place)}: ${delivered.success.length} characters\n`)
    return EXIT.done
  })
}

/** A file that can be read and does not hold what was asked for. */
export class Unreadable {
  readonly _tag = "Unreadable"
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export const writePicture = (picture: Picture, format: PictureFormat): Effect.Effect<string> =>
  format === "mermaid" ? Effect.succeed(toMermaid(picture)) : Effect.catch(toSvg(picture), defect)

const defect = ({ why }: LayoutFailed): Effect.Effect<never> => Effect.die(new Error(why))
