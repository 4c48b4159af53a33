import { Missing } from "../../outcome/Missing.ts"
import type { Failure } from "../Firing.ts"
import type { EngineInstance } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"

/**
 * What is made of a thing that was caught while a guest ran: a failure that can be told, and the state as far as it
 * can be had. Neither throws.
 */
export const captureOf = (instance: EngineInstance | undefined): ReturnType<EngineInstance["capture"]> => {
  const nothing = (why: string) => ({
    memories: new Missing(why),
    globals: new Missing(why),
    tables: new Missing(why)
  })
  if (instance === undefined) return nothing("it failed before there was an instance")
  try {
    return instance.capture()
  } catch (cause) {
    return nothing(`capture failed: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

export const failureOf = (thrown: unknown): Failure =>
  thrown instanceof EngineFault
    ? { cause: thrown.failure, frames: thrown.frames }
    : {
        cause: {
          kind: "engine",
          what: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
        },
        frames: new Missing("the engine failed outside the guest")
      }
