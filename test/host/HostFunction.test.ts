import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { HostValueType } from "../../src/host/HostDeclaration.ts"
import {
  ACCESS_BYTES_MAX,
  checkHostFunctions,
  HOST_FUNCTIONS_MAX,
  type LocalFunction,
  type LocalFunctionOptions,
  localFunction,
  NAME_LENGTH_MAX,
  PRICE_MAX,
  type RemoteFunctionOptions,
  remoteFunction
} from "../../src/host/HostFunction.ts"
import { BadArguments, LimitExceeded } from "../../src/outcome/RefusedReason.ts"

const local: LocalFunctionOptions = {
  module: "app",
  name: "hash",
  params: ["i32", "i32"],
  results: ["i64"],
  capability: "host:hash",
  url: "file:///srv/hash.js",
  exportName: "hash"
}
const remote: RemoteFunctionOptions = {
  module: "app",
  name: "get",
  params: ["i32", "i64"],
  capability: "host:kv",
  reads: [{ offsetParam: 0, lengthParam: 1 }],
  run: () => Effect.succeed({})
}

describe("declaring a host function", () => {
  it("gives price and bound their defaults", () => {
    expect(localFunction(local)).toEqual({
      declaration: {
        kind: "local",
        module: "app",
        name: "hash",
        type: { params: ["i32", "i32"], results: ["i64"] },
        capability: "host:hash",
        price: { base: 250, perByte: 1 },
        bound: { readBytesMax: 65_536, writeBytesMax: 65_536 },
        url: "file:///srv/hash.js",
        exportName: "hash"
      }
    })
    expect(remoteFunction({ ...remote, price: { base: 5 } })).toMatchObject({
      declaration: { kind: "remote", type: { results: [] }, price: { base: 5, perByte: 1 } }
    })
  })

  it("leaves a declaration that crosses to a worker", () => {
    const declared = remoteFunction(remote)
    expect(declared).not.toBeInstanceOf(BadArguments)
    if (declared instanceof BadArguments) return
    expect(structuredClone(declared.declaration)).toEqual(declared.declaration)
  })

  it("takes a capability of Munition's own, and empty names", () => {
    expect(localFunction({ ...local, module: "", name: "", capability: "network" })).not.toBeInstanceOf(
      BadArguments
    )
  })

  // Casts: what a JavaScript caller could pass.
  it.each<[string, object]>([
    ["module", { module: 1 }],
    ["name", { name: "x".repeat(NAME_LENGTH_MAX + 1) }],
    ["name", { name: "\ud800" }],
    ["params", { params: ["externref" as unknown as HostValueType] }],
    ["params", { params: Array.from({ length: 1_001 }, () => "i32" as const) }],
    ["results", { results: ["v128" as unknown as HostValueType] }],
    ["capability", { capability: "hash" }],
    ["capability", { capability: "host:" }],
    ["capability", { capability: undefined }],
    ["price.base", { price: { base: -1 } }],
    ["price.base", { price: { base: PRICE_MAX + 1 } }],
    ["price.perByte", { price: { perByte: 0.5 } }],
    ["bound.readBytesMax", { bound: { readBytesMax: ACCESS_BYTES_MAX + 1 } }],
    ["bound.writeBytesMax", { bound: { writeBytesMax: Number.NaN } }],
    ["url", { url: "https://example.org/x.js" }],
    ["url", { url: "./x.js" }],
    ["exportName", { exportName: "" }]
  ])("names the field %s that is wrong", (field, wrong) => {
    expect(localFunction({ ...local, ...wrong })).toMatchObject({
      _tag: "BadArguments",
      parameter: expect.stringContaining(`: ${field}`)
    })
  })

  it("takes the greatest price and bound that there are", () => {
    expect(
      localFunction({
        ...local,
        price: { base: PRICE_MAX, perByte: PRICE_MAX },
        bound: { readBytesMax: ACCESS_BYTES_MAX, writeBytesMax: ACCESS_BYTES_MAX }
      })
    ).not.toBeInstanceOf(BadArguments)
  })

  it("takes a remote function's ranges only from integer parameters that it has", () => {
    const reads = (offsetParam: number, lengthParam: number) =>
      remoteFunction({ ...remote, params: ["i32", "f32"], reads: [{ offsetParam, lengthParam }] })
    expect(reads(0, 0)).not.toBeInstanceOf(BadArguments)
    expect(reads(0, 1)).toBeInstanceOf(BadArguments)
    expect(reads(0, 2)).toBeInstanceOf(BadArguments)
    expect(reads(-1, 0)).toBeInstanceOf(BadArguments)
  })
})

describe("a set of host functions", () => {
  const declared = (name: string, module = "app"): LocalFunction => {
    const one = localFunction({ ...local, name, module })
    if (one instanceof BadArguments) throw new Error(one.expected)
    return one
  }

  it("has no two of one name", () => {
    expect(checkHostFunctions([declared("a"), declared("b")])).toHaveLength(2)
    expect(checkHostFunctions([declared("a"), declared("a")])).toMatchObject({ got: "the same name twice" })
  })

  it("tells names apart that a separator would confuse", () => {
    expect(checkHostFunctions([declared("c", "a.b"), declared("b.c", "a")])).toHaveLength(2)
  })

  it("takes no built-in's name", () => {
    expect(checkHostFunctions([declared("get_time_ms", "env")])).toBeInstanceOf(BadArguments)
  })

  it("has at most 1,000", () => {
    const many = Array.from({ length: HOST_FUNCTIONS_MAX + 1 }, (_, i) => declared(`f${i}`))
    expect(checkHostFunctions(many.slice(1))).toHaveLength(HOST_FUNCTIONS_MAX)
    expect(checkHostFunctions(many)).toEqual(
      new LimitExceeded("hostFunctions", HOST_FUNCTIONS_MAX, HOST_FUNCTIONS_MAX + 1)
    )
  })
})
