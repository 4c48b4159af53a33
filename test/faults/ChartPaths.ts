import type { AuditEvent } from "../../src/audit/AuditEvent.ts"
import type { AuditLogEvent } from "../../src/audit/AuditLogEvent.ts"
import type { ChartTable } from "./ChartTable.ts"

/**
 * Follows everything that an audit tells on its chart, in constant memory: whoever has come to the end is only counted.
 *
 * An audit tells less than the chart has (an instance's inner places, what stays where it was), so each is followed
 * in all the places in which it can be; what no place allows is `wrong`.
 */
export class ChartPaths {
  readonly wrong: Array<string> = []
  /** By chart: how many have ended. */
  readonly ended = new Map<string, number>()
  /** By `chart state`: how many came to it. */
  readonly entered = new Map<string, number>()
  readonly #tables: ReadonlyMap<string, ChartTable>
  readonly #at = new Map<string, ReadonlyArray<string>>()

  constructor(tables: ReadonlyMap<string, ChartTable>) {
    this.#tables = tables
  }

  /** Whoever has not come to an end, and where it can be. */
  get unended(): ReadonlyArray<string> {
    return [...this.#at].map(([who, places]) => `${who} in ${places.join(" or ")}`)
  }

  add(event: AuditEvent | AuditLogEvent): void {
    if (event._tag === "Step") this.#move("instance", event.instanceId, event)
    if (event._tag === "Transition") this.#move(event.chart, event.id, event)
  }

  #move(
    chart: string,
    id: string,
    { from, to, why }: { readonly from: string | undefined; readonly to: string; readonly why: string }
  ): void {
    const table = this.#tables.get(chart)
    const who = `${chart} ${id}`
    if (table === undefined) return void this.wrong.push(`${who}: there is no such chart`)
    const before = this.#at.get(who)
    const after =
      from === undefined
        ? before === undefined && isIn(table.first, to)
          ? [table.first]
          : []
        : reach(
            table,
            (before ?? []).filter((place) => isIn(place, from)),
            from
          ).flatMap((place) =>
            table.transitions
              .filter((one) => one.from === place && one.event === why && isIn(one.to, to))
              .map((one) => one.to)
          )
    if (after.length === 0)
      this.wrong.push(
        `${who}: ${from ?? "nothing"} -${why}-> ${to}, coming from ${before?.join() ?? "nothing"}`
      )
    count(this.entered, `${chart} ${to}`)
    if (after.every((place) => table.finals.has(place)) && after.length > 0) {
      this.#at.delete(who)
      count(this.ended, chart)
    } else this.#at.set(who, after)
  }
}

const isIn = (place: string, state: string): boolean => place === state || place.startsWith(`${state}.`)

/** Where one can have come without leaving a state. */
const reach = (table: ChartTable, places: ReadonlyArray<string>, state: string): ReadonlyArray<string> => {
  const found = new Set(places)
  // A set is walked in the order in which it is added to, what is added meanwhile too.
  for (const place of found)
    for (const { from, to } of table.transitions) if (from === place && isIn(to, state)) found.add(to)
  return [...found]
}

const count = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1)
