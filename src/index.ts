import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { FireOptions } from "../supervisors/FireOptions.ts"
import { InstanceManager, type InstanceManagerOptions } from "../supervisors/InstanceManager.ts"
import { Audit } from "./audit/Audit.ts"
import { FuelMeter } from "./fuel/FuelMeter.ts"
import type { Crash } from "./outcome/Crash.ts"
import type { Refused } from "./outcome/Refused.ts"
import type { Returned } from "./outcome/Returned.ts"
import type { Value } from "./outcome/Value.ts"

export const fire = (
  wasm: Uint8Array,
  functionName: string,
  args: ReadonlyArray<Value> = [],
  options: FireOptions = {}
): Effect.Effect<Returned, Crash | Refused, InstanceManager> =>
  InstanceManager.use((manager) => manager.fire(wasm, functionName, args, options))

export const layer = (options: InstanceManagerOptions = {}): Layer.Layer<InstanceManager | FuelMeter> =>
  InstanceManager.layer(options).pipe(Layer.provide(Audit.layer), Layer.provideMerge(FuelMeter.layer))
