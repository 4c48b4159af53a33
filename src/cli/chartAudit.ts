import * as Effect from "effect/Effect"
import { instanceMachine } from "../../actors/Instance.ts"
import { describeAuditLogBroken } from "../audit/AuditLogBroken.ts"
import { describeAuditLogFailed } from "../audit/AuditLogFailed.ts"
import type { AuditPath } from "../audit/readAuditPath.ts"
import { readAuditPath } from "../audit/readAuditPath.ts"
import { drawPath } from "../chart/drawPath.ts"
import type { PathStep } from "../chart/Walk.ts"
import { visible } from "../outcome/visible.ts"
import { deliver, Unreadable, writePicture } from "./deliver.ts"
import type { Ending } from "./ExitStatus.ts"
import type { Invocation, PictureFormat } from "./program.ts"

/**
 * `munition audit chart`: the path that one instance took, on the chart of instances.
 *
 * Where a log holds several lives of an id, one a process, the last one is drawn. What is wrong with the log, or
 * missing in it, stands in the picture's title: a path out of a log that does not hold must not look like proof.
 */
export const auditChart = ({ args, options }: Invocation): Promise<Ending> => {
  const id = String(options["instance"])
  // The parser has compared it with the formats of pictures.
  const format = options["format"] as PictureFormat
  const text = readAuditPath(args, { id }).pipe(
    Effect.mapError((failed) => new Unreadable(describeAuditLogFailed(failed))),
    Effect.flatMap((path) => {
      const steps = stepsOf(path)
      return steps.length === 0
        ? Effect.fail(new Unreadable(`${args.join(", ")}: no step of instance ${visible(id, 64)}`))
        : writePicture(drawPath(instanceMachine, steps, titleOf(path)), format)
    })
  )
  return deliver(text, options["output"])
}

const stepsOf = ({ lives }: AuditPath): ReadonlyArray<PathStep> =>
  (lives.at(-1)?.events ?? []).flatMap((event) =>
    event._tag === "Step" ? [{ state: event.to, event: event.why, atMicros: event.atMicros }] : []
  )

const titleOf = ({ id, lives, more, broken, lost }: AuditPath): string =>
  [
    `instance ${visible(id, 64)}`,
    ...(lives.length > 1 ? [`the last of ${lives.length} lives`] : []),
    ...(more > 0 ? [`${more} more steps`] : []),
    ...(lost > 0 ? [`${lost} events of the log are missing`] : []),
    ...(broken === undefined ? [] : [`the log does not hold: ${visible(describeAuditLogBroken(broken))}`])
  ].join("; ")
