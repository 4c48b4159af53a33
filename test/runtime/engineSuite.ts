import { describe, expect, it } from "vitest"
import { Account } from "../../src/fuel/Account.ts"
import type { Compiled } from "../../src/runtime/Compiled.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import type { Engine, EngineInstance, InstanceHost } from "../../src/runtime/worker/Engine.ts"
import { EngineFault } from "../../src/runtime/worker/EngineFault.ts"

/**
 * What every engine must do, claim by claim. An engine under test brings, for each scene, bytes in which the
 * claim can be seen; how it does what it does is its own affair.
 *
 * | scene  | the module |
 * |--------|------------|
 * | add    | exports `add`, i32 and i32 to i32; a call of it charges 4 |
 * | trap   | exports `main`, which writes 7 to address 0 of its memory and then executes `unreachable` |
 * | start  | has a start function that writes 9 to address 0, and exports `read`, which returns what is there |
 * | broken | no module at all |
 */
export interface Subject {
  readonly name: string
  readonly scene: (scene: "add" | "trap" | "start" | "broken") => {
    readonly engine: Engine
    readonly bytes: Uint8Array
  }
}

export const engineSuite = ({ name, scene }: Subject): void => {
  const compile = (which: "add" | "trap" | "start") => {
    const { engine, bytes } = scene(which)
    const compiled = engine.compile(bytes, RUN_POLICY_DEFAULT)
    if ("_tag" in compiled) throw new Error(compiled._tag)
    return { engine, compiled }
  }
  const hostOf = (allocated = 1_000): InstanceHost => ({
    account: new Account({
      allocated,
      deadlineMs: performance.now() + 5_000,
      now: () => performance.now(),
      isCancelled: () => false
    }),
    links: [],
    caller: { fault: undefined, call: () => undefined },
    policy: RUN_POLICY_DEFAULT
  })
  const instanceOf = (engine: Engine, compiled: Compiled, host = hostOf()): EngineInstance => {
    const instance = engine.instantiate(compiled, host)
    instance.start()
    return instance
  }
  /** What is thrown, which must be a fault. */
  const faultOf = (run: () => unknown): EngineFault => {
    try {
      run()
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(EngineFault)
      return thrown as EngineFault
    }
    throw new Error("nothing was thrown")
  }

  describe(`the engine ${name}`, () => {
    it("says what it is, for dumps", () => {
      const { engine } = scene("add")
      expect(engine.name).toBe(name)
      expect(Object.keys(engine.versions).length).toBeGreaterThan(0)
    })

    it("answers bytes that are no module with a reason, and throws nothing", () => {
      const { engine, bytes } = scene("broken")
      expect(engine.compile(bytes, RUN_POLICY_DEFAULT)).toMatchObject({ _tag: "Malformed" })
    })

    it("returns what the function returns, and can be asked what is left of the slice", () => {
      const { engine, compiled } = compile("add")
      const host = hostOf(10)
      const instance = instanceOf(engine, compiled, host)
      expect(instance.call("add", [40, 2])).toEqual([42])
      host.account.settle(instance.fuelRemaining())
      expect(host.account.charged).toBe(4)
      instance.cleanUp()
    })

    it("throws a fault for a trap, after which state and fuel can still be read", () => {
      const { engine, compiled } = compile("trap")
      const instance = instanceOf(engine, compiled)
      expect(faultOf(() => instance.call("main", [])).failure.kind).toBe("trap")
      expect(instance.fuelRemaining()).toBeGreaterThan(0)
      expect(instance.memorySize()).toEqual({ pages: 1, highWaterBytes: 65_536 })
      const { memories } = instance.capture()
      expect(memories).toMatchObject([{ memoryIndex: 0, pages: 1, pageBytes: 65_536 }])
      instance.cleanUp()
    })

    it("captures a copy: what is written later is not in it", () => {
      const { engine, compiled } = compile("trap")
      const instance = instanceOf(engine, compiled)
      faultOf(() => instance.call("main", []))
      instance.fuelRemaining()
      instance.memorySize()
      const { memories } = instance.capture()
      instance.memoryBytes()[0] = 99
      if (!Array.isArray(memories)) throw new Error("no memories")
      expect(memories[0]?.bytes[0]).toBe(7)
      instance.cleanUp()
    })

    it("runs a start function when it is told to, and not while it makes the instance", () => {
      const { engine, compiled } = compile("start")
      const instance = engine.instantiate(compiled, hostOf())
      expect(instance.memoryBytes()[0]).toBe(0)
      instance.start()
      expect(instance.call("read", [])).toEqual([9])
      instance.cleanUp()
    })
  })
}
