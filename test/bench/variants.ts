import { SLICE_MAX } from "../../src/fuel/Account.ts"
import type { MeterPlan } from "../../src/fuel/meter/MeteredModule.ts"
import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT, PLACEMENT_RULES, type Placement } from "../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import { connect, hooksOf } from "../fuel/meter/connect.ts"
import { patientAccount } from "../fuel/patientAccount.ts"

/**
 * The ways in which a module is timed: plain, as it ships, and what it would cost to do more or less.
 *
 * `metered` is what a firing gets: its rules, an account of its own that hands out slices by the clock, depth and
 * bulk checks. `floor` counts as well and stops when its one slice is empty, but never asks for another: a guest
 * that cannot be preempted, hence the least that a meter could cost. The rules are each switched off alone.
 */
export interface Variant {
  readonly name: string
  /** The rule that is off. */
  readonly without: string | undefined
  readonly build: (wasm: Uint8Array<ArrayBuffer>) => Built
}

export interface Built {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly attach: Attach
}

export type Attach = (instance: WebAssembly.Instance) => Meter

/** An instance's meter, on the host's side. */
export interface Meter {
  /** Runs the start function, where the meter took it out. */
  readonly start: () => void
  /** Before a run: a new account. */
  readonly open: () => void
  /** After it: units since `open`. */
  readonly charged: () => number | undefined
}

/** Units that the floor has: a run that needs more cannot be timed on it. */
export const FLOOR_FUEL = 2 ** 31 - 1

export const PLAIN = "plain"
export const FLOOR = "floor"
export const METERED = "metered"
export const CANONICAL = "canonical"

export interface VariantOptions {
  /** A firing's own unless a suite needs more. */
  readonly memoryPagesMax?: number
  /** Units; what ships unless a test wants a brief run to be refilled often. */
  readonly sliceMax?: number
}

export const makeVariants = (options: VariantOptions = {}): ReadonlyArray<Variant> => {
  const metered = (name: string, change: Partial<Change> = {}): Variant => ({
    name,
    without: change.without,
    build: (wasm) => buildMetered(wasm, { ...UNCHANGED, ...options, ...change })
  })
  const rules: ReadonlyArray<keyof Placement> = PLACEMENT_RULES
  return [
    { name: PLAIN, without: undefined, build: (bytes) => ({ bytes, attach: () => NO_METER }) },
    metered(FLOOR, { placement: FLOOR_PLACEMENT, refills: false }),
    metered(METERED),
    metered(CANONICAL, { nan: "canonical" }),
    ...rules.map((rule) =>
      metered(`without ${rule}`, { without: rule, placement: { ...PLACEMENT_DEFAULT, [rule]: false } })
    )
  ]
}

interface Change extends VariantOptions {
  readonly without: string | undefined
  readonly placement: Placement
  readonly nan: "engine" | "canonical"
  readonly refills: boolean
}

const UNCHANGED: Change = {
  without: undefined,
  placement: PLACEMENT_DEFAULT,
  nan: "engine",
  refills: true
}

const FLOOR_PLACEMENT: Placement = { ...PLACEMENT_DEFAULT, ...({ whenEmpty: "trap" } as const) }

const NO_METER: Meter = { start: () => undefined, open: () => undefined, charged: () => undefined }

const buildMetered = (wasm: Uint8Array<ArrayBuffer>, change: Change): Built => {
  const module = decodeModule(wasm)
  if (module instanceof Malformed) throw module
  const metered = meterModule(module, {
    prices: WASMTIME_PRICES,
    nan: change.nan,
    slotsMax: RUN_POLICY_DEFAULT.stackSlotsMax,
    objectBytesMax: RUN_POLICY_DEFAULT.objectBytesMax,
    memoryPagesMax: change.memoryPagesMax ?? RUN_POLICY_DEFAULT.memoryPagesMax,
    tableElementsMax: RUN_POLICY_DEFAULT.tableElementsMax,
    placement: change.placement,
    customSections: "strip"
  })
  if (metered instanceof Malformed) throw metered
  return {
    bytes: metered.bytes,
    attach: (instance) => attach(instance.exports, metered.plan, change)
  }
}

const attach = (exports: WebAssembly.Exports, plan: MeterPlan, { refills, sliceMax }: Change): Meter => {
  let account = openAccount(sliceMax)
  const hooks = hooksOf(() => account)
  const { fuel, depth, start } = connect(
    exports,
    plan.exports,
    refills ? hooks : { ...hooks, refill: () => account.stopFor("fuel") }
  )
  const open = () => {
    depth.value = RUN_POLICY_DEFAULT.stackSlotsMax
    account = openAccount(sliceMax)
    fuel.value = refills ? account.open() : FLOOR_FUEL
  }
  const charged = () => {
    if (!refills) return FLOOR_FUEL - fuel.value
    account.settle(fuel.value)
    return account.charged
  }
  const begin = () => {
    open()
    start?.()
  }
  return { start: begin, open, charged }
}

const openAccount = (sliceMax = SLICE_MAX) =>
  patientAccount({ allocated: Number.MAX_SAFE_INTEGER, now: () => performance.now(), sliceMax })
