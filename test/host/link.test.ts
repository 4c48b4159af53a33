import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { BUILTINS } from "../../src/host/builtin/table.ts"
import { CAPABILITY_NAMES } from "../../src/host/Capability.ts"
import { type Grants, resolveGrants } from "../../src/host/Grant.ts"
import type { HostDeclaration } from "../../src/host/HostDeclaration.ts"
import { localFunction } from "../../src/host/HostFunction.ts"
import { type ImportDescriptor, link } from "../../src/host/link.ts"
import { BadArguments, CapabilityDenied, describeRefusedReason } from "../../src/outcome/RefusedReason.ts"

const granted = (asked: ReadonlyArray<string>, declared: ReadonlyArray<HostDeclaration> = []): Grants => {
  const grants = resolveGrants(asked, declared)
  if ("_tag" in grants) throw new Error(grants._tag)
  return grants
}
const time: ImportDescriptor = {
  module: "env",
  name: "get_time_ms",
  kind: "function",
  type: { params: [], results: ["i64"] }
}
const everyBuiltin: ReadonlyArray<ImportDescriptor> = BUILTINS.map(({ declaration: d }) => ({
  module: d.module,
  name: d.name,
  kind: "function",
  type: d.type
}))
const own = localFunction({
  module: "app",
  name: "f",
  capability: "host:app",
  url: "data:text/javascript,",
  exportName: "f"
})
const declared = own instanceof BadArguments ? [] : [own.declaration]

const refusal = (imports: ReadonlyArray<ImportDescriptor>, ...asked: ReadonlyArray<string>) => {
  const denied = link(imports, granted(asked))
  return denied instanceof CapabilityDenied ? denied : undefined
}

describe("linking", () => {
  it("finds what was granted, in the order of the imports", () => {
    const links = link(everyBuiltin, granted(["log", "time", "random"]))
    expect(links).toMatchObject(
      everyBuiltin.map(({ name }, importIndex) => ({ importIndex, declaration: { kind: "builtin", name } }))
    )
    expect(structuredClone(links)).toEqual(links)
  })

  it("of a module without imports needs no grant", () => {
    expect(link([], granted([]))).toEqual([])
  })

  it("denies what was not granted, naming the import and the capability that would allow it", () => {
    const denied = refusal([time], "log")
    expect(denied).toEqual(
      new CapabilityDenied(
        "env",
        "get_time_ms",
        "time",
        "it needs the capability time, which was not granted"
      )
    )
    expect(denied && describeRefusedReason(denied)).toBe(
      "import env.get_time_ms denied: it needs the capability time, which was not granted"
    )
  })

  it("denies what no capability provides, and names the closest that one does", () => {
    const type = { params: [], results: [] }
    const wasi: ImportDescriptor = {
      module: "wasi_snapshot_preview1",
      name: "fd_write",
      kind: "function",
      type
    }
    expect(refusal([wasi], "filesystem_write")).toMatchObject({
      capability: undefined,
      detail: "no capability of this version provides it"
    })
    expect(refusal([{ ...wasi, module: "env", name: "get_time_us" }], "time")).toMatchObject({
      detail: "no capability of this version provides it; the closest is env.get_time_ms, capability time"
    })
  })

  it("denies a granted import of another type and says both", () => {
    expect(
      refusal([{ ...time, kind: "function", type: { params: ["i32"], results: ["i32"] } }], "time")
    ).toMatchObject({
      capability: "time",
      detail: "the capability time provides it as () -> (i64), the module imports it as (i32) -> (i32)"
    })
  })

  it.each(["memory", "table", "global", "tag"] as const)(
    "denies an imported %s, whatever its name",
    (kind) => {
      expect(refusal([{ module: "env", name: "get_time_ms", kind }], "time")).toMatchObject({
        capability: undefined,
        detail: `it is a ${kind}, and no capability of this version provides anything but functions`
      })
    }
  )

  it("keeps of a very long name the beginning and the length", () => {
    const long = "x".repeat(100_000)
    const denied = refusal([{ ...time, name: long }])
    expect(denied?.name).toBe(`${"x".repeat(256)}… (100000 characters)`)
    expect(denied?.detail).toBe("no capability of this version provides it")
  })

  it("names the first that is denied and counts the others", () => {
    expect(refusal(everyBuiltin, "time")).toMatchObject({
      name: "get_random_u32",
      detail: expect.stringMatching(/ \(and 5 more imports are denied\)$/)
    })
    expect(refusal(everyBuiltin.slice(0, 3), "time")).toMatchObject({
      detail: expect.stringMatching(/ \(and 1 more import is denied\)$/)
    })
  })

  it("finds a declared host function under its capability, and not without it", () => {
    const f: ImportDescriptor = {
      module: "app",
      name: "f",
      kind: "function",
      type: { params: [], results: [] }
    }
    expect(link([f], granted(["host:app"], declared), declared)).toMatchObject([
      { declaration: { kind: "local" } }
    ])
    expect(link([f], granted([]), declared)).toMatchObject({
      _tag: "CapabilityDenied",
      capability: "host:app"
    })
    expect(link([f], granted(["time"]))).toMatchObject({ _tag: "CapabilityDenied", capability: undefined })
  })

  it("never lets a declared host function stand in for a built-in", () => {
    const impostor: HostDeclaration = {
      ...declared[0],
      module: "env",
      name: "get_time_ms"
    } as HostDeclaration
    expect(link([time], granted(["time"]), [impostor])).toMatchObject([{ declaration: { kind: "builtin" } }])
  })

  it("law: links everything or nothing, and only under capabilities that were granted", () => {
    fc.assert(
      fc.property(fc.subarray([...everyBuiltin]), fc.subarray([...CAPABILITY_NAMES]), (imports, asked) => {
        const grants = granted(asked)
        const links = link(imports, grants)
        const allowed = new Set(grants.granted.map(({ capability }) => capability as string))
        const needed = imports.map(
          ({ name }) => BUILTINS.find((b) => b.declaration.name === name)?.declaration.capability ?? ""
        )
        expect(Array.isArray(links)).toBe(needed.every((capability) => allowed.has(capability)))
        if (Array.isArray(links)) expect(links).toHaveLength(imports.length)
      })
    )
  })
})
