import type { HostCall } from "../../src/host/builtin/table.ts"
import type { Grants } from "../../src/host/Grant.ts"
import { HOST_VALUE_TYPES, type HostDeclaration, importKey } from "../../src/host/HostDeclaration.ts"
import type { Value } from "../../src/outcome/Value.ts"
import type { Compiled } from "../../src/runtime/Compiled.ts"
import type { PooledCall } from "../../src/runtime/PooledCall.ts"
import { builtinCalls } from "../../src/runtime/worker/HostBridge.ts"

/** Random calls of what a module exports, and host functions that answer whatever it imports. */

/** *Returns* none where it exports nothing that can be called. */
export const randomCall = (
  { exports }: Compiled,
  chance: () => number,
  fuelMax: number
): Pick<PooledCall, "functionName" | "args" | "fuel"> | undefined => {
  const callable = exports.filter(({ params, results }) => [...params, ...results].every(isPlain))
  const chosen = callable[Math.floor(chance() * callable.length)]
  if (chosen === undefined) return undefined
  return {
    functionName: chosen.name,
    args: chosen.params.map((type) => argument(type, chance)),
    // Mostly enough, sometimes for the first instructions only.
    fuel: Math.floor(chance() < 0.3 ? chance() * 200 : chance() * fuelMax)
  }
}

const isPlain = (type: string): boolean => HOST_VALUE_TYPES.some((plain) => plain === type)

const argument = (type: string, chance: () => number): Value => {
  if (type === "i64") return BigInt.asIntN(64, BigInt(integer(chance)) * (chance() < 0.2 ? 2n ** 33n : 1n))
  if (type === "i32") return integer(chance)
  return FLOATS[Math.floor(chance() * FLOATS.length)] ?? Math.fround(chance() * 1e4)
}

/** Small numbers, places in memory, and the ends of the range. */
const integer = (chance: () => number): number => {
  const which = chance()
  if (which < 0.4) return Math.floor(chance() * 16)
  if (which < 0.8) return Math.floor(chance() * 65_536)
  return INTEGERS[Math.floor(chance() * INTEGERS.length)] ?? 0
}

const INTEGERS = [-1, 2 ** 31 - 1, -(2 ** 31), 65_535, 65_536, 2 ** 20, 4_096, 1_024]
const FLOATS = [0, -0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 3e9, -3e9]

export interface StandIns {
  readonly declarations: ReadonlyArray<HostDeclaration>
  readonly locals: ReadonlyMap<string, HostCall>
}

const STAND_IN = "host:stand-in"
/** What is granted for them, and for what is built in; time and chance begin anew with each firing. */
export const STAND_IN_GRANTS: Grants = {
  granted: [
    { capability: STAND_IN },
    { capability: "log" },
    { capability: "time", source: "virtual" },
    { capability: "random", source: "virtual", seed: 7n }
  ],
  notices: []
}

/**
 * A host function for each imported function, where all types can be a host function's: it answers with numbers of the
 * firing's own chance, and writes eight bytes where its first parameter points into the first page.
 */
export const standIns = ({ imports, memories }: Compiled): StandIns | undefined => {
  const locals = new Map<string, HostCall>(builtinCalls())
  const declarations: Array<HostDeclaration> = []
  const writes = (memories[0]?.minPages ?? 0) > 0
  for (const one of imports) {
    if (one.kind !== "function") return undefined
    const { module, name } = one
    const params = one.type.params.flatMap(typeOf)
    const results = one.type.results.flatMap(typeOf)
    if (params.length < one.type.params.length || results.length < one.type.results.length) return undefined
    if (locals.has(importKey(module, name))) continue
    declarations.push({
      ...{ kind: "local", module, name, type: { params, results }, capability: STAND_IN },
      ...{ price: { base: 20, perByte: 1 }, bound: { readBytesMax: 64, writeBytesMax: 64 } },
      ...{ url: "data:,", exportName: name }
    })
    locals.set(importKey(module, name), ({ memory, random }, ...args) => {
      const at = Number(args[0] ?? -1)
      const bits = random.nextU64()
      if (writes && at >= 0 && at <= 65_528)
        memory.write(at, new Uint8Array(new BigUint64Array([bits]).buffer))
      const values = results.map((type) =>
        type === "i64" ? bits & 0xffn : type === "i32" ? Number(bits & 0x3fn) : Number(bits & 0xffn) / 2
      )
      return values.length > 1 ? values : values[0]
    })
  }
  return { declarations, locals }
}

const typeOf = (type: string) => HOST_VALUE_TYPES.filter((plain) => plain === type)
