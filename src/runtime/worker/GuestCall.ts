import type { Value } from "../../outcome/Value.ts"
import type { EngineInstance } from "./Engine.ts"

/**
 * A call into a guest that whoever drives a run makes for it, and answers with its values.
 *
 * A run yields its calls instead of making them, so that one text serves guests that have their thread to the end and
 * guests that share it: only the two drivers below know which.
 */
export interface GuestCall {
  readonly instance: EngineInstance
  /** `undefined` for the start function. */
  readonly functionName: string | undefined
  readonly args: ReadonlyArray<Value>
}

type Calling<A> = Generator<GuestCall, A, ReadonlyArray<Value>>

/** Makes each call at once, to its end. */
export const callAtOnce = <A>(run: Calling<A>): A => {
  let next = run.next()
  while (next.done !== true) {
    const { instance, functionName, args } = next.value
    try {
      if (functionName === undefined) instance.start()
      next = run.next(functionName === undefined ? [] : instance.call(functionName, args))
    } catch (thrown) {
      next = run.throw(thrown)
    }
  }
  return next.value
}

/** Makes each call so that the guest can be suspended, where the engine can do that. */
export const callInTurns = async <A>(run: Calling<A>): Promise<A> => {
  let next = run.next()
  while (next.done !== true) {
    const { instance, functionName, args } = next.value
    const guest = instance.suspendable ?? instance
    try {
      if (functionName === undefined) await guest.start()
      next = run.next(functionName === undefined ? [] : await guest.call(functionName, args))
    } catch (thrown) {
      next = run.throw(thrown)
    }
  }
  return next.value
}
