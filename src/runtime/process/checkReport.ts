import { ImpossibleEvent, Life } from "../../../actors/Life.ts"
import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest, Step } from "../Firing.ts"
import type { ToldCompiled, ToldReport } from "../worker/childMessages.ts"
import { reportShape } from "./reportShape.ts"
import { Wrong } from "./Shape.ts"

/** What was asked, as far as a report must fit it. */
export interface Asked extends Pick<FiringRequest, "goal" | "fuel"> {
  /** Whether a resident guest was called; its life goes on afterwards. */
  readonly call: boolean
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
    const wrong = checkLife(report.steps, report.reason._tag)
    if (wrong !== undefined) return wrong
  }
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
