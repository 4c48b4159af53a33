import { describe, expect, it } from "vitest"
import { BUILTINS } from "../../../src/host/builtin/table.ts"
import { showFunctionType } from "../../../src/host/HostDeclaration.ts"
import { builtin, makeContext } from "../guest.ts"

describe("the built-in host functions", () => {
  it("are the gated imports of the Elixir project", () => {
    expect(
      BUILTINS.map(
        ({ declaration: d }) => `${d.module}.${d.name} ${showFunctionType(d.type)} ${d.capability}`
      )
    ).toEqual([
      "env.get_time_ms () -> (i64) time",
      "env.get_random_u32 () -> (i32) random",
      "env.get_random_u64 () -> (i64) random",
      "env.log_debug (i32, i32) -> () log",
      "env.log_info (i32, i32) -> () log",
      "env.log_warn (i32, i32) -> () log",
      "env.log_error (i32, i32) -> () log"
    ])
  })

  it("have a price each, so that no loop of them is free", () => {
    expect(BUILTINS.filter(({ declaration }) => declaration.price.base < 1)).toEqual([])
  })

  it("answer time and chance as signed values of their type", () => {
    const { context } = makeContext()
    const random = { nextU64: () => 0xffff_ffff_0000_0001n }
    expect(builtin("get_time_ms").call(context)).toBe(946_684_800_000n)
    expect(builtin("get_random_u32").call({ ...context, random })).toBe(-1)
    expect(builtin("get_random_u64").call({ ...context, random })).toBe(-4_294_967_295n)
  })

  it("log at the level of their name what lies in memory", () => {
    for (const level of ["debug", "info", "warn", "error"]) {
      const { context, logged } = makeContext(new TextEncoder().encode("..hello.."))
      expect(builtin(`log_${level}`).call(context, 2, 5)).toBeUndefined()
      expect(logged).toEqual([{ level, text: "hello", bytes: 5, notes: [] }])
    }
  })

  it("take an offset of 3 GiB and a length of -1 as unsigned, and fault", () => {
    const { context, logged } = makeContext()
    expect(builtin("log_info").call(context, -1_073_741_824, 1)).toMatchObject({
      what: "read of 1 bytes at 3221225472: memory has 64"
    })
    expect(builtin("log_info").call(context, 0, -1)).toMatchObject({ kind: "OutOfBounds" })
    expect(logged).toEqual([])
  })
})
