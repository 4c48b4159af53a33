import type { RestartType } from "./ChildSpec.ts"
import { type ExitReason, isOrderly } from "./ExitReason.ts"
import type { AutoShutdown, Strategy } from "./SupervisorFlags.ts"

/**
 * What OTP's supervisor decides when a child ends: who is restarted, in which order, and when it is too much.
 *
 * Pure: what there is and what happened give a decision. Where the children are is known to whoever runs them and
 * is handed in, so that there is one truth even where a start fails half way. Their order never changes: starts
 * follow it, stops go against it.
 *
 * Source: OTP 25, `supervisor`.
 */
export interface SupervisorState {
  readonly strategy: Strategy | "simple_one_for_one"
  readonly intensity: number
  readonly periodSeconds: number
  readonly autoShutdown: AutoShutdown
  /** In start order. Where each is restarted alone: the one, and another significant one that is not stopped. */
  readonly children: ReadonlyArray<ChildState>
  /** The seconds at which there were restarts, the latest first. */
  readonly restarts: ReadonlyArray<number>
}

export interface ChildState {
  /** Its id, or for a dynamic child a key that nobody else had. */
  readonly key: string
  readonly restart: RestartType
  readonly significant: boolean
  readonly status: "running" | "restarting" | "stopped"
}

export type Decision =
  /** Nothing is started. */
  | { readonly _tag: "Leave"; readonly state: SupervisorState }
  /** First these are stopped, then these are started until one fails: that one is tried again later. */
  | {
      readonly _tag: "Restart"
      readonly state: SupervisorState
      readonly stop: ReadonlyArray<string>
      readonly start: ReadonlyArray<string>
    }
  /** The supervisor stops its children and ends. */
  | {
      readonly _tag: "Shutdown"
      readonly state: SupervisorState
      readonly why: "INTENSITY_REACHED" | "AUTO_SHUTDOWN"
    }

/** A child ended by itself. One that is not known as running any more is nobody's business. */
export const childExited = (
  state: SupervisorState,
  key: string,
  reason: ExitReason,
  nowSeconds: number
): Decision => {
  const child = findChild(state, key)
  if (child?.status !== "running") return { _tag: "Leave", state }
  const again = child.restart === "permanent" || (child.restart === "transient" && !isOrderly(reason))
  return again ? restartChild(state, child, nowSeconds) : autoShutdown(markStopped(state, child), child)
}

/** It is time to try again to start a child whose start failed; each try counts as a restart. */
export const triedAgain = (state: SupervisorState, key: string, nowSeconds: number): Decision => {
  const child = findChild(state, key)
  return child?.status === "restarting" ? restartChild(state, child, nowSeconds) : { _tag: "Leave", state }
}

const restartChild = (before: SupervisorState, child: ChildState, nowSeconds: number): Decision => {
  const restarts = addRestart(before, nowSeconds)
  const state = { ...before, restarts }
  if (restarts.length > state.intensity)
    return { _tag: "Shutdown", why: "INTENSITY_REACHED", state: markStopped(state, child) }
  const along = restartedWith(state, child)
  return {
    _tag: "Restart",
    state,
    stop: along.map(({ key }) => key).toReversed(),
    // Temporary siblings are stopped with the others and then forgotten.
    start: along
      .filter(({ key, restart }) => key === child.key || restart !== "temporary")
      .map(({ key }) => key)
  }
}

/** Who is stopped and started with a child, itself included, in start order. */
const restartedWith = (
  { strategy, children }: SupervisorState,
  child: ChildState
): ReadonlyArray<ChildState> => {
  switch (strategy) {
    case "one_for_one":
    case "simple_one_for_one":
      return [child]
    case "rest_for_one":
      return children.slice(children.findIndex(({ key }) => key === child.key))
    case "one_for_all":
      return children
  }
}

/** Those restarts that still count and this one: both ends of the period do. */
const addRestart = ({ restarts, periodSeconds, intensity }: SupervisorState, nowSeconds: number) => {
  const old = restarts.findIndex((second) => second < nowSeconds - periodSeconds)
  // More than one beyond the intensity cannot be there: the supervisor would have ended.
  return [nowSeconds, ...(old === -1 ? restarts : restarts.slice(0, old))].slice(0, intensity + 1)
}

const autoShutdown = (state: SupervisorState, ended: ChildState): Decision => {
  const leave: Decision = { _tag: "Leave", state }
  const shutdown: Decision = { _tag: "Shutdown", why: "AUTO_SHUTDOWN", state }
  if (!ended.significant || state.autoShutdown === "never") return leave
  if (state.autoShutdown === "any_significant") return shutdown
  return state.children.some(({ significant, status }) => significant && status !== "stopped")
    ? leave
    : shutdown
}

/** A child that does not run: its spec stays, unless it is to be forgotten. */
const markStopped = (state: SupervisorState, child: ChildState): SupervisorState =>
  isForgotten(state.strategy, child.restart)
    ? { ...state, children: state.children.filter(({ key }) => key !== child.key) }
    : {
        ...state,
        children: state.children.map((one) => (one.key === child.key ? { ...one, status: "stopped" } : one))
      }

/** Whether nothing is kept of a child that does not run. */
export const isForgotten = (strategy: SupervisorState["strategy"], restart: RestartType): boolean =>
  strategy === "simple_one_for_one" || restart === "temporary"

const findChild = (state: SupervisorState, key: string): ChildState | undefined =>
  state.children.find((child) => child.key === key)
