/**
 * The states an instance goes through, and one step of its life. The statechart that decides which step may
 * follow which is `actors/Instance.ts`; this is what it leaves behind.
 */
export const LIFECYCLE_STATES = ["compiling", "instantiated", "executing", "captured", "cleaned"] as const

/** A state of the statechart. */
export type LifecycleState = (typeof LIFECYCLE_STATES)[number]

/** One step: the state that was entered, the event that led there, and when. */
export interface LifecycleEvent {
  readonly state: LifecycleState
  /** The statechart's event, `START` for the first. */
  readonly event: string
  /** Microseconds since the firing began. */
  readonly atMicros: number
}
