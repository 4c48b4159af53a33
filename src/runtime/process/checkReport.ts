import { ImpossibleEvent, Life } from "../../../actors/Life.ts"
import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest, Step } from "../Firing.ts"
import type { FiringCell } from "../FiringCell.ts"
import type { ToldCompiled, ToldReport } from "../worker/childMessages.ts"
import { reportShape } from "./reportShape.ts"
import { Wrong } from "./Shape.ts"

/** What was asked, as far as a report must fit it. */
export interface Asked extends Pick<FiringRequest, "goal" | "fuel" | "timeoutMs"> {
  /** Whether a resident guest was called; its life goes on afterwards. */
  readonly call: boolean
  readonly cell: Pick<FiringCell, "cancelled">
}

/**
 * The report of a child that may be anybody's: of the shape of reports, and such as this firing could have.
 *
 * What it says of the guest's own state cannot be checked; that it fits the question, the fuel and the statechart of
 * an instance can, and what does not is the child's fault and not a defect of the daemon's.
 */
export const checkReport = (told: unknown, asked: Asked): FiringReport | Wrong => {
  const report = reportShape(told)
  if (report instanceof Wrong) return report.at("report")
  if (!possibleKinds(asked).includes(report.kind))
    return new Wrong(".report.kind", possibleKinds(asked).join(" or "), report.kind)
  if ("fuel" in report) {
    const { allocated, used, remaining } = report.fuel
    if (allocated !== asked.fuel) return new Wrong(".report.fuel.allocated", String(asked.fuel), allocated)
    if (used > allocated || remaining !== allocated - used)
      return new Wrong(".report.fuel.used", `0..${allocated}`, used)
  }
  if (report.kind === "failed") {
    const wrong = checkFailure(report, asked) ?? checkLife(report.steps, report.reason._tag)
    if (wrong !== undefined) return wrong
  }
  if (report.kind === "returned" && (report.state !== undefined) !== (asked.goal === "snapshot"))
    return new Wrong(".report.state", asked.goal === "snapshot" ? "a state" : "none", report.state)
  if (report.kind === "returned" && !asked.call) {
    const wrong = checkLife(report.steps, "EngineLost")
    if (wrong !== undefined) return wrong
  }
  return withHandle(report)
}

const possibleKinds = ({ goal, call }: Asked): ReadonlyArray<FiringReport["kind"]> =>
  goal === "compile"
    ? ["refused", "compiled"]
    : goal === "reside" && !call
      ? ["refused", "started", "failed"]
      : ["refused", "returned", "failed"]

/** What a reason and a dump repeat of the question is what was asked, and nobody is cancelled unless he was. */
const checkFailure = (
  { reason, fuel, evidence }: Extract<ToldReport, { readonly kind: "failed" }>,
  { timeoutMs, cell }: Asked
): Wrong | undefined => {
  const { used, remaining } = evidence.fuel
  if (evidence.fuel.allocated !== fuel.allocated || used !== fuel.used || remaining !== fuel.remaining)
    return new Wrong(".report.evidence.fuel", "the report's", used)
  switch (reason._tag) {
    case "OutOfFuel":
      return reason.allocated === fuel.allocated && reason.used <= fuel.allocated
        ? undefined
        : new Wrong(".report.reason.used", `0..${fuel.allocated}`, reason.used)
    case "TimedOut":
      return reason.timeoutMs === timeoutMs
        ? undefined
        : new Wrong(".report.reason.timeoutMs", String(timeoutMs), reason.timeoutMs)
    case "Cancelled":
      return cell.cancelled
        ? undefined
        : new Wrong(".report.reason", "of one that was cancelled", reason._tag)
    default:
      return undefined
  }
}

/** An instance whose life has another end than `cleaned`, or none. */
const checkLife = (steps: ReadonlyArray<Step>, failure: Parameters<Life["step"]>[0]): Wrong | undefined => {
  const life = new Life()
  for (const { event, atMicros } of steps)
    if (life.step(event === "FAILED" ? failure : event, atMicros) instanceof ImpossibleEvent)
      return new Wrong(".report.steps", "a path of the chart", event)
  return life.state === "cleaned" ? undefined : new Wrong(".report.steps", "an end in cleaned", life.state)
}

const withHandle = (report: ToldReport): FiringReport => {
  const { compiled, ...rest } = report
  // The cast: a report with its compiled module again; only one of the kind `compiled` must have one, and has.
  return { ...rest, compiled: compiled === undefined ? undefined : handleOf(compiled) } as FiringReport
}

/** The module itself stays in the child: this side reads what it offers, and hands the whole back to be fired. */
const handleOf = ({ startFunction, ...told }: ToldCompiled): Compiled =>
  // The cast: what is not there is read by who instantiates, and nobody does on this side.
  ({ ...told, plan: { exports: { start: startFunction ? "start" : undefined } } }) as unknown as Compiled
