import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { FireOptions } from "../../src/index.ts"
import { testWasm } from "../guests/readGuests.ts"
import { parseWat } from "../guests/wat.ts"
import { localOf } from "../supervisors/munition.ts"
import type { ChartTransition } from "./ChartTable.ts"

/**
 * What is fired, or made to reside, so that a transition of an instance or of its scheduler is taken, and what is
 * done to it where that transition begins.
 *
 * Some events are faults themselves: a deadline, a cancellation, a lost engine, the end of a scheduler. They are
 * brought about at the same point as the fault, one after the other.
 */
export interface FiringPlan {
  readonly wasm: Uint8Array
  readonly functionName: string
  readonly options: FireOptions
  /** Made to reside and called twice, instead of being fired. */
  readonly resides: boolean
  readonly deeds: ReadonlyArray<{ readonly point: Point; readonly deed: Deed }>
}

/**
 * Where something can be done: as soon as the caller's fiber is there; some milliseconds later; at the line that a
 * guest logs in its start function, or in the function that is called; when it resides; when a call was answered; when
 * the audit is told that it was captured, or its scheduler lost or ending; when its crash is told; at the end.
 */
export type Point =
  | "forked"
  | "later"
  | "start"
  | "main"
  | "resided"
  | "called"
  | "captured"
  | "lost"
  | "ending"
  | "crashed"
  | "answered"

export type Deed = "interrupt" | "terminate" | "close"
/** Starving is no deed: a guest is given no fuel, or no time, from the first. */
export const FIRING_FAULTS = ["none", "interrupt", "terminate", "starve", "close"] as const
export type FiringFault = (typeof FIRING_FAULTS)[number]

export const planFaults = (
  { chart, from, event }: ChartTransition,
  fault: FiringFault,
  chance: () => number
): FiringPlan => {
  const among = <A>(items: ReadonlyArray<A>): A => {
    const item = items[Math.floor(chance() * items.length)]
    if (item === undefined) throw new Error("nothing to choose from")
    return item
  }
  const scheduler = chart === "scheduler"
  const captured = from.startsWith("captured")
  const point: Point = scheduler
    ? from === "lost" || from === "ending"
      ? from
      : among(["forked", "later", "main", "answered"])
    : captured
      ? from === "captured.taken"
        ? "crashed"
        : among(["captured", "later"])
      : from === "compiling"
        ? among(["forked", "later", "start"])
        : from === "instantiated"
          ? "resided"
          : from === "executing.returned"
            ? "called"
            : "main"
  const how: How = isHow(event)
    ? event
    : captured || from === "lost"
      ? among(FAILING)
      : among(["fine", "fine", "Cancelled"])
  const place = from === "compiling" && isHow(event) ? "start" : "main"
  const deeds: Array<FiringPlan["deeds"][number]> = []
  // How its scheduler comes to where the transition begins.
  if (from === "lost") deeds.push({ point: "main", deed: "terminate" })
  if (from === "ending") deeds.push({ point: "main", deed: "close" })
  const own = DEEDS[event]
  if (own !== undefined) deeds.push({ point, deed: own })
  if (fault !== "none" && fault !== "starve") deeds.push({ point, deed: fault })
  const lengthens = from === "lost" || from === "ending" || scheduler
  return {
    ...guestOf(
      lengthens && how === "fine" && event !== "REPORTED" && event !== "GIVEN" ? "Cancelled" : how,
      place
    ),
    resides: from === "instantiated" || from === "executing.returned" || (!scheduler && chance() < 0.3),
    deeds,
    options: {
      ...{
        fuel: FUEL[how] ?? 9e15,
        timeout: how === "TimedOut" ? 30 : how === "Cancelled" || lengthens ? 400 : 5_000
      },
      capabilities: ["log", "host:f"],
      hostFunctions: [localOf(how === "SILENT" ? "hang" : how === "EngineLost" ? "exit" : "explode")],
      objectBytesMax: 10_000,
      ...(how === "SILENT" ? { timeout: 50 } : {}),
      ...(fault === "starve" ? (chance() < 0.5 ? { fuel: 1 } : { timeout: 1 }) : {})
    }
  }
}

const DEEDS: Readonly<Record<string, Deed>> = {
  Cancelled: "interrupt",
  EngineLost: "terminate",
  EXITED: "terminate",
  STOPPED: "close"
}

/** What a guest does by itself. Those that would go on for ever are ended by a deadline, or from outside. */
const HOWS = [
  ...["fine", "OutOfFuel", "OutOfStack", "OutOfMemory", "Trapped", "TimedOut", "Cancelled"],
  ...["GuestException", "HostFailed", "EngineLost", "SILENT"]
] as const
type How = string

const isHow = (event: string): boolean => HOWS.some((how) => how === event)

const FAILING: ReadonlyArray<How> = [
  "OutOfFuel",
  "OutOfStack",
  "Trapped",
  "GuestException",
  "HostFailed",
  "TimedOut"
]

const FUEL: Readonly<Record<How, number>> = { OutOfFuel: 100_000, OutOfStack: 1e9 }

const BODIES: Readonly<Record<How, string>> = {
  fine: "",
  OutOfFuel: "(loop br 0)",
  OutOfStack: "(call $deep)",
  Trapped: "unreachable",
  TimedOut: "(loop br 0)",
  Cancelled: "(loop br 0)",
  GuestException: "(throw $e (i32.const 7))",
  HostFailed: "(drop (call $f))",
  // Its host function ends the thread, or never comes back.
  EngineLost: "(drop (call $f))",
  SILENT: "(drop (call $f))"
}

const guestOf = (how: How, place: "start" | "main"): Pick<FiringPlan, "wasm" | "functionName"> => {
  if (how === "OutOfMemory") return { wasm: structBomb, functionName: "dropped" }
  const key = `${how} ${place}`
  const wasm = known.get(key) ?? parseWat(key, textOf(how, place))
  known.set(key, wasm)
  return { wasm, functionName: "main" }
}

/** Sixteen pages, so that capturing them takes a while. */
const textOf = (how: How, place: "start" | "main"): string => {
  const body = BODIES[how] ?? ""
  return `(module
    (import "env" "log_info" (func $log (param i32 i32)))
    (import "host" "f" (func $f (result i32)))
    (memory 16) (data (i32.const 0) "startmain") (tag $e (param i32))
    (func $deep (call $deep) (call $deep))
    (func $begin (call $log (i32.const 0) (i32.const 5)) ${place === "start" ? body : ""})
    (start $begin)
    (func (export "main") (i32.store (i32.const 16) (i32.const 42))
      (call $log (i32.const 5) (i32.const 4)) ${place === "main" ? body : ""}))`
}

const known = new Map<string, Uint8Array>()
const structBomb = new Uint8Array(readFileSync(join(testWasm, "gc/struct-bomb.wasm")))
