import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type AuditLogBroken, describeAuditLogBroken } from "../audit/AuditLogBroken.ts"
import { describeGap } from "../audit/AuditLogEvent.ts"
import { type AuditLogFailed, describeAuditLogFailed } from "../audit/AuditLogFailed.ts"
import type { LogHead } from "../audit/LogWriter.ts"
import { type AuditLogHolds, verifyAuditLog } from "../audit/verifyAuditLog.ts"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import { printErr, printJson, printOut } from "./print.ts"
import type { Invocation } from "./program.ts"
import { reportReason } from "./reportOutcome.ts"

/**
 * `munition audit verify`: whether an audit log holds, from which line to which, and which lines are missing.
 *
 * The last line's number and hash are printed as `--expect` takes them: kept elsewhere, they show later what was
 * removed from the end.
 */
export const auditVerify = ({ args, options }: Invocation): Promise<Ending> => {
  const json = options["json"] === true
  const expect = readExpect(options["expect"])
  if (expect instanceof UsageProblem) return Promise.resolve(expect)
  return Effect.runPromise(Effect.result(verifyAuditLog(args, { expect }))).then((verified) => {
    if (Result.isFailure(verified)) return reportNotVerified(verified.failure, json)
    if (json) printJson({ outcome: "holds", ...verified.success })
    else describeHolds(verified.success, expect)
    return EXIT.done
  })
}

export const reportNotVerified = (failure: AuditLogBroken | AuditLogFailed, json: boolean): number =>
  failure._tag === "AuditLogFailed"
    ? reportReason({ ...failure }, describeAuditLogFailed(failure), json)
    : reportBroken(failure, json)

const reportBroken = (broken: AuditLogBroken, json: boolean): number => {
  const message = describeAuditLogBroken(broken)
  if (json) printJson({ outcome: "broken", reason: { ...broken }, message })
  else printErr(`broken: ${message}\n`)
  return EXIT.refused
}

const readExpect = (text: unknown): LogHead | undefined | UsageProblem => {
  if (text === undefined) return undefined
  const [, sequence, hash] = /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(String(text)) ?? []
  return sequence === undefined || hash === undefined || !Number.isSafeInteger(Number(sequence))
    ? new UsageProblem(
        `--expect: expected SEQUENCE:HASH, with 64 digits of a hash, got ${JSON.stringify(text)}`
      )
    : { sequence: Number(sequence), hash }
}

const describeHolds = (holds: AuditLogHolds, expect: LogHead | undefined): void => {
  const { lines, first, last, lost, gaps, opened, unclosed, end } = holds
  if (last === undefined || first === undefined) return printOut("holds: no line\n")
  const whole = first === 1 ? "" : `; what was before ${first} is not in these files`
  printOut(`holds: ${lines} lines, ${first} to ${last.sequence}${whole}\n`)
  if (lost > 0) {
    printOut(`lost: ${lost} events, of which the log itself tells\n`)
    for (const gap of gaps) printOut(`  ${describeGap(gap)}\n`)
  }
  const died = unclosed === 0 ? "" : `, ${unclosed} after one that did not end in order`
  printOut(`processes: ${opened} began to write${died}\n`)
  printOut(
    end === "closed"
      ? "end: in order\n"
      : "end: open: it is being written, its process was killed, or lines were removed from its end\n"
  )
  printOut(`last: ${last.sequence}:${last.hash}\n`)
  if (expect !== undefined) printOut(`expected: ${expect.sequence} was there\n`)
}
