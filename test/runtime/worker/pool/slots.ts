import { FiringCell } from "../../../../src/runtime/FiringCell.ts"
import type { PooledCall } from "../../../../src/runtime/PooledCall.ts"
import type { Engine } from "../../../../src/runtime/worker/Engine.ts"
import { Slot } from "../../../../src/runtime/worker/pool/Slot.ts"
import { prepareFiring } from "../../../../src/runtime/worker/prepareFiring.ts"
import { watchInstances } from "../../../differential/freshState.ts"
import { parseWat } from "../../../guests/wat.ts"
import { type HereOptions, requestFor, servicesHere, v8Engine } from "../../fireHere.ts"

/** Slots of a guest that can return, fail and grow, each with the exports of its instance, to tamper with. */
export interface Bench {
  readonly make: () => Seat | { readonly why: string; readonly passing: boolean }
  readonly call: (functionName: string, ...args: PooledCall["args"]) => PooledCall
}

export interface Seat {
  readonly slot: Slot
  readonly exports: () => WebAssembly.Exports
}

export const cell = new FiringCell()

export const benchOf = (
  text: string,
  { engine = v8Engine, ...options }: HereOptions & { readonly engine?: Engine } = {}
): Bench => {
  const instances = watchInstances()
  const request = requestFor(parseWat("slots", text), options)
  const compiled = v8Engine.compile(request.bytes, request.policy, true)
  if ("_tag" in compiled) throw new Error(compiled._tag)
  return {
    make: () => {
      const { services } = servicesHere({ engine })
      const prepared = prepareFiring({ ...request, compiled }, services, cell, performance.now())
      if ("kind" in prepared) throw new Error(prepared.kind)
      const slot = Slot.make({ ...request, compiled }, services, prepared, cell)
      const exports = instances.exportsOf(compiled)
      return "why" in slot ? slot : { slot, exports: () => exports }
    },
    call: (functionName, ...args) => ({ functionName, args, fuel: 10_000, timeoutMs: 60_000 })
  }
}

/** Its memory is so large that its writes are noted: what is written past the guest is not put back. */
export const GUEST = `(module (memory (export "memory") 64 70)
  (func (export "add") (param i32) (result i32)
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get 0))) (i32.load (i32.const 8)))
  (func (export "trap") (i32.store (i32.const 8) (i32.const 1)) unreachable)
  (func (export "grow") (drop (memory.grow (i32.const 1)))))`

/** Changes what nobody has noted. */
export const tamper = ({ exports }: Seat): void => {
  const { memory } = exports()
  if (memory instanceof WebAssembly.Memory) new Uint8Array(memory.buffer)[1_000_000] = 1
}
