import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { FuelMeter } from "../../src/fuel/FuelMeter.ts"
import type { HostValueType } from "../../src/host/HostDeclaration.ts"
import type { InstanceManager, InstanceManagerOptions } from "../../src/index.ts"
import { type HostFunction, localFunction, Munition } from "../../src/index.ts"
import type { Isolation } from "../../supervisors/SchedulersOptions.ts"
import { parseWat } from "../guests/wat.ts"
import { declared } from "../runtime/fireHere.ts"

/** What tests make layers of, so that the same tests can be run with another isolation. */
export const isolatedBy = (isolation: Isolation) => {
  const layerOf = (options: InstanceManagerOptions) => Munition.layer({ isolation, ...options })

  /** Runs a program against Munition of its own, on the real clock, and ends its threads. Nothing is logged. */
  const withMunition = <A, E>(
    program: Effect.Effect<A, E, InstanceManager | FuelMeter>,
    options: InstanceManagerOptions = { threadsMax: 1 }
  ): Promise<A> => Effect.runPromise(Effect.provide(program, Layer.merge(layerOf(options), Logger.layer([]))))
  return { isolation, layerOf, withMunition }
}

export const { isolation, layerOf, withMunition } = isolatedBy("thread")

/** Never comes back by itself; has written 42 to address 16 and logged a line by then. */
export const SPIN = parseWat(
  "spin",
  `(module (import "env" "log_info" (func $log (param i32 i32))) (memory 1) (data (i32.const 0) "running")
    (func (export "main") (i32.store (i32.const 16) (i32.const 42))
      (call $log (i32.const 0) (i32.const 7)) (loop br 0)))`
)

export const ADD = parseWat(
  "add",
  `(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))`
)

/** An export of `hostModule.ts`, as the host function `host.f` under the capability `host:f`. */
export const localOf = (
  exportName: string,
  params: ReadonlyArray<HostValueType> = [],
  url = new URL("./hostModule.ts", import.meta.url).href
): HostFunction =>
  declared(
    localFunction({
      module: "host",
      name: "f",
      params,
      results: ["i32"],
      capability: "host:f",
      url,
      exportName
    })
  )

/** Logs a line, calls `host.f` with its own argument, or without one, and returns what it answers. */
export const callsHost = (params = ""): Uint8Array<ArrayBuffer> =>
  parseWat(
    "calls-host",
    `(module (import "host" "f" (func $f (param ${params}) (result i32)))
      (import "env" "log_info" (func $log (param i32 i32))) (memory 1)
      (func (export "main") (param ${params}) (result i32)
        (i32.store (i32.const 16) (i32.const 42)) (call $log (i32.const 0) (i32.const 0)) ${params === "" ? "" : "(local.get 0)"} call $f))`
  )
