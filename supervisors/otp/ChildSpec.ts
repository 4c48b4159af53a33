import * as Effect from "effect/Effect"
import type { Child, Start } from "./Child.ts"
import {
  BadCombination,
  DuplicateChildName,
  InvalidChildType,
  InvalidId,
  InvalidRestartType,
  InvalidShutdown,
  InvalidSignificant,
  InvalidStart,
  type SpecRefusal
} from "./SpecRefusal.ts"
import type { AutoShutdown } from "./SupervisorFlags.ts"

/**
 * What a supervisor is told about one child: OTP's child spec with OTP's defaults, and `start` as an Effect.
 */
export interface ChildSpec<C extends Child = Child, R = never> extends ChildRules {
  /** What calls and reports name it by; no two children of a supervisor share one. */
  readonly id: string
  /** Starts it and succeeds when it is up; the supervisor does nothing else meanwhile. */
  readonly start: Start<C, R>
}

/** All of a spec but its name and its start: what every child of a dynamic supervisor has in common. */
export interface ChildRules {
  /** Default `permanent`: always restarted; `transient`: after a crash; `temporary`: never, and then forgotten. */
  readonly restart?: RestartType
  /** Whether its end counts for the supervisor's `autoShutdown`. Default no. */
  readonly significant?: boolean
  /** How long it may take to end when asked. Default 5000 ms for a worker, `infinity` for a supervisor. */
  readonly shutdown?: Shutdown
  /** Default `worker`. */
  readonly type?: ChildType
}

export const RESTART_TYPES = ["permanent", "transient", "temporary"] as const
/** When a child that ended is started again. */
export type RestartType = (typeof RESTART_TYPES)[number]

export const CHILD_TYPES = ["worker", "supervisor"] as const
/** What a child is: for its default shutdown, and for the count. */
export type ChildType = (typeof CHILD_TYPES)[number]

/** Milliseconds; or ended without being asked; or waited for however long it takes. */
export type Shutdown = number | "brutal_kill" | "infinity"

/** A spec in which nothing is left to be decided. */
export interface FullSpec extends Required<ChildRules> {
  readonly id: string
  readonly start: Start
}

/** The longest time that a timer of Node's can hold. */
export const SHUTDOWN_MS_MAX = 2 ** 31 - 1
export const ID_LENGTH_MAX = 256

/** The spec with its defaults, or the first thing that is wrong with it, in OTP's order. */
export const checkSpec = (spec: ChildSpec, autoShutdown: AutoShutdown): FullSpec | SpecRefusal => {
  const { id, start } = spec
  // From a caller without types these can be anything.
  if (typeof id !== "string" || id.length < 1 || id.length > ID_LENGTH_MAX) return new InvalidId(id)
  if (!Effect.isEffect(start)) return new InvalidStart(start, id)
  const rules = checkRules(spec, autoShutdown, id)
  return "_tag" in rules ? rules : { id, start, ...rules }
}

export const checkRules = (
  spec: ChildRules,
  autoShutdown: AutoShutdown,
  id: string
): Required<ChildRules> | Exclude<SpecRefusal, DuplicateChildName> => {
  const restart = spec.restart ?? "permanent"
  const significant = spec.significant ?? false
  const type = spec.type ?? "worker"
  const shutdown = spec.shutdown ?? (type === "worker" ? 5_000 : "infinity")
  if (!RESTART_TYPES.includes(restart)) return new InvalidRestartType(restart, id)
  if (significant === true && autoShutdown === "never")
    return new BadCombination({ autoShutdown, significant }, id)
  if (significant === true && restart === "permanent") return new BadCombination({ restart, significant }, id)
  if (typeof significant !== "boolean") return new InvalidSignificant(significant, id)
  if (!CHILD_TYPES.includes(type)) return new InvalidChildType(type, id)
  if (!isShutdown(shutdown)) return new InvalidShutdown(shutdown, id)
  return { restart, significant, shutdown, type }
}

const isShutdown = (shutdown: Shutdown): boolean =>
  typeof shutdown === "number"
    ? Number.isSafeInteger(shutdown) && shutdown >= 0 && shutdown <= SHUTDOWN_MS_MAX
    : shutdown === "brutal_kill" || shutdown === "infinity"

/** All specs with their defaults, or the first that is wrong. */
export const checkSpecs = (
  specs: ReadonlyArray<ChildSpec>,
  autoShutdown: AutoShutdown
): ReadonlyArray<FullSpec> | SpecRefusal => {
  const full = new Map<string, FullSpec>()
  for (const spec of specs) {
    const checked = checkSpec(spec, autoShutdown)
    if ("_tag" in checked) return checked
    if (full.has(checked.id)) return new DuplicateChildName(checked.id, checked.id)
    full.set(checked.id, checked)
  }
  return [...full.values()]
}
