/**
 * The place that follows on a chart's table, or `undefined` where the event is impossible.
 *
 * An event that crossed a thread could be any string, `toString` too.
 */
export const nextIn = <Place extends string, Event extends string>(
  table: Readonly<Record<Place, Readonly<Partial<Record<Event, Place>>>>>,
  place: Place,
  event: Event
): Place | undefined => {
  const row = table[place]
  return Object.hasOwn(row, event) ? row[event] : undefined
}
