import { encodeModule } from "../../src/wasm/encodeModule.ts"
import type { Code, ElementSegment, Export, Limits, Section } from "../../src/wasm/Module.ts"
import { FUNCREF } from "../../src/wasm/ValueType.ts"
import { Emitter } from "./Emitter.ts"
import { generateFunction } from "./generateFunction.ts"
import { DATA, IMPORTS, ModulePlan, type Shape, STEPS_GLOBAL, TABLE_SIZE, TAGS } from "./ModulePlan.ts"
import { Tape } from "./Tape.ts"
import { type Type, valueTypeOf } from "./Types.ts"

/**
 * A random valid module out of a list of numbers.
 *
 * Its functions are exported as `f`, `f1`, `f2` …, `f` without parameters; `memory0`, `memory1` and `global1` …
 * are what a run leaves behind, `steps` is what must be set before one. What it imports is in `GuestHost.ts`.
 */
export interface GeneratorOptions {
  /** Whether a run may show the bits of NaNs that arithmetic made: they are not the same on every tier. */
  readonly showsNan?: boolean
  /** Whether it imports nothing: what would be the host's functions are then its own and do next to nothing; nor does it start. */
  readonly alone?: boolean
}

export const generateModule = (
  numbers: ReadonlyArray<number>,
  { showsNan = false, alone = false }: GeneratorOptions = {}
): Uint8Array<ArrayBuffer> => {
  const tape = new Tape(numbers)
  const plan = new ModulePlan(tape, showsNan, !alone)
  const first = IMPORTS.length
  const bodies = plan.shapes.slice(first).map((_, i) => generateFunction(tape, plan, first + i))
  const hosts = alone ? IMPORTS.map(standIn) : []
  const defined = alone ? 0 : first
  const everyone = plan.shapes.map((_, i) => i)
  const typeIndices = everyone.map((i) => plan.typeOfFunc(i))
  const tagTypes = TAGS.map((params) => plan.typeIndex(params, []))
  const start = plan.shapes.length - 1
  const sections: ReadonlyArray<Section> = [
    { kind: "type", groups: plan.groups },
    {
      kind: "import",
      imports: (alone ? [] : IMPORTS).map(({ name }, i) => ({
        module: "host",
        name,
        type: { kind: "func", typeIndex: typeIndices[i] ?? 0 }
      }))
    },
    { kind: "function", typeIndices: typeIndices.slice(defined) },
    {
      kind: "table",
      tables: plan.tables.map((address) => ({
        type: { element: FUNCREF, limits: limits(BigInt(TABLE_SIZE), 50n, address) },
        init: undefined
      }))
    },
    { kind: "memory", memories: plan.memories.map((address) => limits(2n, 4n, address)) },
    { kind: "tag", typeIndices: tagTypes },
    { kind: "global", globals: plan.globals.map((type, i) => global(type, i === STEPS_GLOBAL ? STEPS : i)) },
    { kind: "export", exports: exportsOf(plan) },
    ...(plan.hasStart ? [{ kind: "start" as const, funcIndex: start }] : []),
    {
      kind: "element",
      segments: [
        { mode: { kind: "passive" }, items: { kind: "funcs", funcIndices: [0, first, first] } },
        activeElements(everyone),
        { mode: { kind: "declarative" }, items: { kind: "funcs", funcIndices: everyone } }
      ]
    },
    { kind: "dataCount", count: DATA.length },
    { kind: "code", bodies: [...hosts, ...bodies] },
    {
      kind: "data",
      segments: DATA.map((length) => ({
        mode: { kind: "passive" },
        init: Uint8Array.from({ length }, (_, i) => (i * 37 + 1) & 0xff)
      }))
    }
  ]
  return encodeModule({ bytes: new Uint8Array(0), sections })
}

/** A function that gives its first parameter back, as often as its type asks. */
const standIn = ({ params, results }: Shape) => {
  const out = new Emitter(params.map(valueTypeOf))
  for (const _ of results) out.get(0)
  return out.op("end").body()
}

const exportsOf = (plan: ModulePlan): ReadonlyArray<Export> => [
  ...plan.shapes.slice(IMPORTS.length).map((_, i) => ({
    name: i === 0 ? "f" : `f${i}`,
    kind: "func" as const,
    index: IMPORTS.length + i
  })),
  ...backOf(plan),
  { name: "steps", kind: "global", index: 0 },
  ...[0, 1].map((index) => ({ name: `memory${index}`, kind: "memory" as const, index })),
  ...plan.globals.flatMap((type, index) =>
    index > 0 && TO_JAVASCRIPT.includes(type)
      ? [{ name: `global${index}`, kind: "global" as const, index }]
      : []
  )
]

/** What the host may call back: the first function that takes an i32 and gives one. */
const backOf = ({ shapes }: ModulePlan): ReadonlyArray<Export> => {
  const index = shapes.findIndex(
    ({ params, results }, i) => i >= IMPORTS.length && String([params, results]) === "i32,i32"
  )
  return index < 0 ? [] : [{ name: "back", kind: "func", index }]
}

/** Calls and rounds of open loops in one run. */
export const STEPS = 40

/** Globals that JavaScript can read. */
const TO_JAVASCRIPT: ReadonlyArray<Type> = ["i32", "i64", "f32", "f64"]

/** Every function in the first table, where its index is. */
const activeElements = (funcIndices: ReadonlyArray<number>): ElementSegment => ({
  mode: { kind: "active", index: undefined, offset: constant("i32", 0) },
  items: { kind: "funcs", funcIndices: funcIndices.slice(0, TABLE_SIZE) }
})

const limits = (min: bigint, max: bigint, address: "i32" | "i64"): Limits => ({
  address,
  shared: false,
  min,
  max
})

const constant = (type: Type, value: number): Code =>
  new Emitter([]).constant(type, value).op("end").body().code

const global = (type: Type, value: number) => ({
  type: { type: valueTypeOf(type), mutable: true },
  init: constant(type, value)
})
