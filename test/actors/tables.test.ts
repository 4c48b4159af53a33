import { describe, expect, it } from "vitest"
import { type AnyStateMachine, createMachine } from "xstate"
import { CHILD_EVENTS, CHILD_TABLE } from "../../actors/ChildTable.ts"
import { CHARTS } from "../../actors/charts.ts"
import { INSTANCE_STEPS, INSTANCE_TABLE } from "../../actors/InstanceTable.ts"
import { nextIn } from "../../actors/nextIn.ts"
import { SCHEDULER_EVENTS, SCHEDULER_TABLE } from "../../actors/SchedulerTable.ts"
import { SLOT_EVENTS, SLOT_TABLE } from "../../actors/SlotTable.ts"
import { SUPERVISOR_EVENTS, SUPERVISOR_TABLE } from "../../actors/SupervisorTable.ts"
import { CRASH_TAGS } from "../../src/outcome/CrashReason.ts"
import { tableOf } from "../faults/ChartTable.ts"

/** What holds for every chart and its table. What only one of them promises is in a test of its own. */
type Table = Readonly<Record<string, Readonly<Record<string, string>>>>

const TABLES: Readonly<Record<string, { readonly table: Table; readonly events: ReadonlyArray<string> }>> = {
  instance: { table: INSTANCE_TABLE, events: [...INSTANCE_STEPS, ...CRASH_TAGS] },
  scheduler: { table: SCHEDULER_TABLE, events: SCHEDULER_EVENTS },
  slot: { table: SLOT_TABLE, events: SLOT_EVENTS },
  child: { table: CHILD_TABLE, events: CHILD_EVENTS },
  supervisor: { table: SUPERVISOR_TABLE, events: SUPERVISOR_EVENTS }
}

/** The literal table that a chart amounts to: for each place that can be come to where each event leads. */
const deriveTable = (machine: AnyStateMachine): Table => {
  const { first, finals, transitions } = tableOf(machine.id, machine)
  const table: Record<string, Record<string, string>> = { [first]: {} }
  for (const place of finals) table[place] = {}
  for (const { from, event, to } of transitions) table[from] = { ...table[from], [event]: to }
  return table
}

/** The same chart with another target, for each target of a state that is in no other: has a chart's own shape. */
const mutantsOf = (machine: AnyStateMachine): ReadonlyArray<AnyStateMachine> => {
  type Config = { states: Record<string, { on?: Record<string, string> }>; initial: string }
  // The cast: what these charts are made of.
  const own = machine.config as unknown as Config
  return Object.entries(own.states).flatMap(([state, { on = {} }]) =>
    Object.keys(on).map((event) => {
      const config = structuredClone(own)
      const other = Object.keys(own.states).find((place) => place !== on[event]) ?? own.initial
      Object.assign(config.states[state]?.on ?? {}, { [event]: other })
      return createMachine(config as object)
    })
  )
}

describe("the tables of the statecharts", () => {
  it("are those of all charts", () => {
    expect(Object.keys(TABLES).sort()).toEqual(Object.keys(CHARTS).sort())
  })
})

describe.each(Object.entries(TABLES))("the chart of the %s", (name, { table, events }) => {
  const load = () => CHARTS[name]?.load() ?? Promise.reject(new Error(name))

  it("says the same as its table, and all places of the table can be come to", async () => {
    expect(deriveTable(await load())).toEqual(table)
  })

  it("is told from every chart in which one event leads elsewhere", async () => {
    const mutants = mutantsOf(await load())
    expect(mutants.length).toBeGreaterThan(9)
    for (const mutant of mutants) expect(deriveTable(mutant)).not.toEqual(table)
  })

  it("has every event somewhere and no other", () => {
    expect([...new Set(Object.values(table).flatMap((row) => Object.keys(row)))].sort()).toEqual(
      [...events].sort()
    )
  })

  it("comes to its one end from every place", async () => {
    const { finals } = tableOf(name, await load())
    const ends = new Set(Object.keys(table).filter((place) => Object.keys(table[place] ?? {}).length === 0))
    expect(ends).toEqual(finals)
    expect(ends.size).toBe(1)
    const ending = new Set(ends)
    // A set is walked in the order in which it is added to, what is added meanwhile too.
    for (const end of ending)
      for (const [place, row] of Object.entries(table))
        if (Object.values(row).includes(end)) ending.add(place)
    expect(Object.keys(table).filter((place) => !ending.has(place))).toEqual([])
  })

  it("cannot be led by the name of a method", () => {
    for (const place of Object.keys(table))
      for (const event of ["toString", "__proto__", "constructor"])
        expect(nextIn(table, place, event)).toBeUndefined()
  })
})
