import type { LifecycleEvent, LifecycleState } from "../outcome/Lifecycle.ts"
import { describeRefusedReason, type RefusedReason } from "../outcome/RefusedReason.ts"
import { visible } from "../outcome/visible.ts"

/**
 * What is recorded: one entry for each step of an instance's life, one for each transition of whoever runs and
 * watches instances, and one for each refusal, which has no life.
 *
 * An entry is what happened; the audit that receives it adds when, and the number that shows whether any is missing.
 */
export type AuditEntry = AuditStep | AuditTransition | AuditRefusal

export interface AuditStep {
  readonly _tag: "Step"
  readonly instanceId: string
  /** `undefined` for the first: a life comes from nowhere. */
  readonly from: LifecycleState | undefined
  readonly to: LifecycleState
  /** The statechart's event; for a failure the tag of its reason. */
  readonly why: string
  /** Microseconds since the firing began. */
  readonly atMicros: number
}

/** A step of a scheduler, a pool's slot, a child or a supervisor, in the places of its statechart. */
export interface AuditTransition {
  readonly _tag: "Transition"
  /** The statechart's id. */
  readonly chart: string
  /** Which of those that follow the chart. */
  readonly id: string
  readonly from: string | undefined
  readonly to: string
  /** The statechart's event. */
  readonly why: string
}

export interface AuditRefusal {
  readonly _tag: "Refusal"
  readonly reason: RefusedReason["_tag"]
  /** The reason's sentence, one line of bounded length: the names in it may be a guest's, of 100 kB. */
  readonly message: string
  /** What was to be fired, as far as it was known. */
  readonly functionName: string | undefined
  /** SHA-256 of the module as it was handed in, as hex. */
  readonly moduleHash: string | undefined
}

/** An entry as an audit received it. */
export type AuditEvent = AuditEntry & {
  /** From 1, one more for each event that an audit received. */
  readonly sequence: number
  /** Milliseconds since 1970 by the clock of the audit. */
  readonly atMs: number
}

/** A refusal as an audit entry. */
export const refusalOf = (
  reason: RefusedReason,
  of: { readonly functionName?: string; readonly moduleHash?: string } = {}
): AuditRefusal => ({
  _tag: "Refusal",
  reason: reason._tag,
  message: excerpt(describeRefusedReason(reason), 1_024),
  functionName: of.functionName === undefined ? undefined : excerpt(of.functionName, 128),
  moduleHash: of.moduleHash
})

/** A copy: what was cut out of a guest's text holds all of that text in memory, and a ring keeps thousands. */
const excerpt = (text: string, lengthMax: number): string => Buffer.from(visible(text, lengthMax)).toString()

/** A life as audit entries, one a step. */
export const stepsOf = (instanceId: string, trace: ReadonlyArray<LifecycleEvent>): ReadonlyArray<AuditStep> =>
  trace.map(({ state, event, atMicros }, i) => ({
    _tag: "Step",
    instanceId,
    from: trace[i - 1]?.state,
    to: state,
    why: event,
    atMicros
  }))

/**
 * One line for a person or a log, whatever a guest called its imports.
 *
 *     const step = stepsOf("7", [{ state: "compiling", event: "START", atMicros: 0 }])[0]
 *     formatAuditEvent({ ...step, sequence: 3, atMs: 0 }) // => "#3 instance 7 nothing -> compiling: START at 0 µs"
 */
export const formatAuditEvent = (event: AuditEvent): string => {
  switch (event._tag) {
    case "Step":
      return `#${event.sequence} instance ${visible(event.instanceId, 64)} ${describeWay(event)} at ${event.atMicros} µs`
    case "Transition":
      return `#${event.sequence} ${visible(event.chart, 64)} ${visible(event.id, 64)} ${describeWay(event)}`
    case "Refusal":
      return (
        `#${event.sequence} refused ${visible(event.functionName ?? "a module", 160)}: ` +
        `${visible(event.reason, 64)}, ${visible(event.message, 2_048)}`
      )
  }
}

/** Out of a file even the words for states are whatever somebody wrote there. */
const describeWay = ({ from, to, why }: AuditStep | AuditTransition): string =>
  `${visible(from ?? "nothing", 64)} -> ${visible(to, 64)}: ${visible(why, 64)}`
