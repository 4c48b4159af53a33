import { BadAnswer, checkAnswer } from "../../host/checkAnswer.ts"
import type { FiringRequest } from "../Firing.ts"
import type { RemoteQuestion } from "../worker/RemoteCalls.ts"
import { Wrong } from "./Shape.ts"

/**
 * A question to a remote host function as the guest's own linking would have let it through: declared for this
 * firing and granted, with arguments of its types and no more of the guest's memory than its bound.
 */
export const checkQuestion = (
  question: RemoteQuestion,
  { grants, declarations }: Pick<FiringRequest, "grants" | "declarations">
): RemoteQuestion | Wrong => {
  const { module, name, args, reads } = question
  const declared = declarations.find(
    (one) => one.kind === "remote" && one.module === module && one.name === name
  )
  if (
    declared?.kind !== "remote" ||
    !grants.granted.some(({ capability }) => capability === declared.capability)
  )
    return new Wrong(".question.name", "a remote function that was granted", name)
  // No parameters, no arguments: `checkAnswer` lets a function without results answer with anything.
  const checked = args.length === declared.type.params.length ? checkAnswer(declared.type.params, args) : []
  if (checked instanceof BadAnswer || checked.length !== args.length)
    return new Wrong(".question.args", declared.type.params.join(", "), args.length)
  const readBytes = reads.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (reads.length !== declared.reads.length || readBytes > declared.bound.readBytesMax)
    return new Wrong(".question.reads", `at most ${declared.bound.readBytesMax} bytes`, readBytes)
  return { module, name, args: checked, reads }
}
