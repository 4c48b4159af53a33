import { parseWat } from "../guests/wat.ts"
import { type PeerWay, servePeer } from "./poolPeers.ts"

/**
 * The process of `@extism/extism`: one plugin in process and one in a worker, each called over and over, as its own
 * documentation does. It meters nothing, and what one call leaves in memory the next one finds.
 */
interface Extism {
  readonly createPlugin: (
    manifest: { readonly wasm: ReadonlyArray<{ readonly data: Uint8Array }> },
    options: { readonly runInWorker: boolean }
  ) => Promise<{
    readonly call: (functionName: string, input?: Uint8Array) => Promise<DataView | null>
    readonly reset: () => Promise<boolean>
  }>
}

servePeer(async (load, wasm) => {
  // The package has types of its own, but it is not installed where they could be seen.
  const { createPlugin } = load("@extism/extism") as Extism
  const pluginOf = (data: Uint8Array, runInWorker: boolean) =>
    createPlugin({ wasm: [{ data }] }, { runInWorker })
  const ADD = addOfExtism()
  const calling = async (runInWorker: boolean): Promise<PeerWay> => {
    const plugin = await pluginOf(wasm, runInWorker)
    return async (count) => {
      for (let i = 0; i < count; i++) await plugin.call("increment")
    }
  }
  const adding = async (runInWorker: boolean): Promise<PeerWay> => {
    const plugin = await pluginOf(ADD, runInWorker)
    return async (count) => {
      for (let i = 0; i < count; i++) {
        if (i % CALLS_MAX === 0) await plugin.reset()
        const sum = await plugin.call("add", new Uint8Array(Int32Array.of(i, 2).buffer))
        if (sum?.getInt32(0, true) !== i + 2)
          throw new Error(`expected ${i + 2}, got ${sum?.getInt32(0, true)}`)
      }
    }
  }
  return {
    "increment, in process": await calling(false),
    "increment, in a worker": await calling(true),
    "add, in process": await adding(false),
    "add, in a worker": await adding(true)
  }
})

/**
 * It keeps the blocks of all calls until it is told to forget them, and fails when there are 32,768. In a worker each
 * call copies them.
 */
const CALLS_MAX = 10

/** The addition as its guests have it: arguments and results are bytes, which host functions hand over. */
function addOfExtism(): Uint8Array {
  return parseWat(
    "add",
    `(module
      (import "extism:host/env" "input_load_u64" (func $input (param i64) (result i64)))
      (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
      (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
      (import "extism:host/env" "output_set" (func $output (param i64 i64)))
      (memory (export "memory") 1)
      (func (export "add") (result i32) (local $both i64) (local $at i64)
        (local.set $both (call $input (i64.const 0)))
        (local.set $at (call $alloc (i64.const 8)))
        (call $store (local.get $at) (i64.extend_i32_u (i32.add
          (i32.wrap_i64 (local.get $both))
          (i32.wrap_i64 (i64.shr_u (local.get $both) (i64.const 32))))))
        (call $output (local.get $at) (i64.const 8))
        (i32.const 0)))`
  )
}
