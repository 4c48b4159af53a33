import * as Effect from "effect/Effect"
import { instanceMachine } from "../../actors/Instance.ts"
import { drawPath } from "../chart/drawPath.ts"
import type { PathStep } from "../chart/Walk.ts"
import type { Refused } from "../outcome/Refused.ts"
import { visible } from "../outcome/visible.ts"
import { deliver, Unreadable, writePicture } from "./deliver.ts"
import type { Ending } from "./ExitStatus.ts"
import type { FileFailed } from "./files.ts"
import type { Invocation, PictureFormat } from "./program.ts"

/**
 * `munition audit chart`: the path that one instance took, on the chart of instances.
 *
 * Who reads the log is handed in: it answers with the steps of that instance, oldest first, and none when the log
 * does not know it.
 */
export type ReadPath = (
  file: string,
  instanceId: string
) => Effect.Effect<ReadonlyArray<PathStep>, FileFailed | Refused | Unreadable>

export const auditChart =
  (readPath: ReadPath) =>
  ({ args, options }: Invocation): Promise<Ending> => {
    const [file = ""] = args
    const id = String(options["instance"])
    // The parser has compared it with the formats of pictures.
    const format = options["format"] as PictureFormat
    const text = Effect.flatMap(readPath(file, id), (path) =>
      path.length === 0
        ? Effect.fail(new Unreadable(`${JSON.stringify(file)} holds no step of instance ${visible(id, 64)}`))
        : writePicture(drawPath(instanceMachine, path, `instance ${visible(id, 64)}`), format)
    )
    return deliver(text, options["output"])
  }
