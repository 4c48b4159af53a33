import { parseWat } from "../../guests/wat.ts"
import { swapWebAssembly } from "./swapWebAssembly.ts"

/** What `WebAssembly` does after the swap, as one object: in a process of its own, since nobody swaps back. */
const square = parseWat(
  "square",
  `(module (table (export "table") 2 funcref) (elem (i32.const 0) $square)
    (func $square (export "square") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0))))`
)
/**
 * Each of the two calls the other through the table, and nothing gives back the depth of the one that was called.
 * So many locals and calls that they would use up even the wide allowance, were it not renewed at refills.
 */
const LOCALS = 1_000
const CALLS = 1_200_000
const pair = (own: number, other: number) =>
  parseWat(
    "pair",
    `(module (type $f (func (param i32) (result i32)))
      (import "env" "table" (table 2 funcref)) (elem (i32.const ${own}) $f)
      (func $f (export "f") (type $f) (local ${"i64 ".repeat(LOCALS)})
        (if (result i32) (local.get 0)
          (then (i32.add (i32.const 1)
            (call_indirect (type $f) (i32.sub (local.get 0) (i32.const 1)) (i32.const ${other}))))
          (else (i32.const 0))))
      (func (export "times") (param i32) (result i32) (local i32)
        (loop $more
          (local.set 1 (i32.add (local.get 1) (call_indirect (type $f) (i32.const 1) (i32.const ${other}))))
          (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 1)))`
  )

// Compiled by wabt's own module before the swap; what is made from here on is metered.
const sources = [pair(0, 1), pair(1, 0)]
const metered = swapWebAssembly()

type F = (x: number) => number
const { module, instance } = await WebAssembly.instantiate(square)
// The casts: the module above exports these.
const table = instance.exports["table"] as WebAssembly.Table
const exported = instance.exports["square"] as F
table.set(1, exported)

const nameOfError = (attempt: () => unknown): string => {
  try {
    attempt()
    return "none"
  } catch (cause) {
    return cause instanceof Error ? cause.name : "something else"
  }
}

const shared = new WebAssembly.Table({ element: "anyfunc", initial: 2 })
const pairs = sources.map(
  (source) => new WebAssembly.Instance(new WebAssembly.Module(source), { env: { table: shared } })
)
const before = metered.fuel()
const times = pairs[0]?.exports["times"] as F

process.stdout.write(
  JSON.stringify({
    classes: [module instanceof WebAssembly.Module, instance instanceof WebAssembly.Instance],
    sameFunction: table.get(0) === exported && table.get(1) === exported,
    setAndCalled: (table.get(1) as F)(7),
    malformed: nameOfError(() => new WebAssembly.Module(Uint8Array.of(0, 1, 2, 3))),
    missingImport: nameOfError(() => new WebAssembly.Instance(new WebAssembly.Module(sources[0] ?? square))),
    sharedTableCalls: times(CALLS),
    fuelGrew: metered.fuel() > before
  })
)
