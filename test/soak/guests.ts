import type { FireOptions, Value } from "../../src/index.ts"
import { parseWat } from "../guests/wat.ts"
import { callsHost } from "../supervisors/munition.ts"

/** The guests of the soak, and what each firing of them must be answered with. */
export type Kind = "answer" | "crash" | "timeout" | "kill"

export interface Fired {
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly expected: string
  readonly options: FireOptions
}

export const GUEST = parseWat(
  "soak",
  `(module (memory 1) (tag $e (param i32))
    (func (export "next") (param i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.add (i32.load (i32.const 16)) (i32.const 1)))
    (func (export "trap") (i32.store (i32.const 16) (i32.const 42)) unreachable)
    (func (export "read") (result i32) (i32.load (i32.const 65536)))
    (func $deep (export "recurse") (call $deep) (call $deep))
    (func (export "throw") (throw $e (i32.const 7)))
    (func (export "spin") (loop (i32.store (i32.const 16) (i32.const 42)) (br 0))))`
)

/** Its host function ends the thread. */
export const DEADLY = callsHost()

export const KINDS: Readonly<Record<Kind, (index: number) => Fired>> = {
  answer: (index) => ({
    ...{ functionName: "next", args: [index], expected: `returned ${index + 1}`, options: PATIENT }
  }),
  crash: (index) => {
    const [functionName, reason] = CRASHES[index % CRASHES.length] ?? ["trap", "Trapped"]
    return { functionName, args: [], expected: `Crash ${reason}`, options: { ...PATIENT, fuel: 10_000_000 } }
  },
  timeout: () => ({
    ...{ functionName: "spin", args: [], expected: "Crash TimedOut", options: { fuel: 9e15, timeout: 10 } }
  }),
  kill: () => ({ functionName: "main", args: [], expected: "Crash EngineLost", options: PATIENT })
}

/** On a busy machine a small guest may wait for its turn. */
const PATIENT: FireOptions = { timeout: "60s" }

const CRASHES = [
  ["trap", "Trapped"],
  ["read", "Trapped"],
  ["spin", "OutOfFuel"],
  ["recurse", "OutOfStack"],
  ["throw", "GuestException"]
] as const
