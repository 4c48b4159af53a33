/**
 * Puts new active segments where old ones were, so that no segment's index moves.
 *
 * ```
 *   old    active  passive  active  active        code refers to 1
 *   new    new 0   passive  new 1                 the last slot is not needed by anybody
 * ```
 * An active segment is dropped once the instance is made, so what was in it matters to nobody and its index can be
 * reused. Slots that are left over stay as empty segments where an index after them is used, and go otherwise.
 * Because slots are reused, a snapshot of a snapshot has no more segments than it needs.
 */
export const placeSegments = <S>(
  old: ReadonlyArray<S>,
  isFree: (segment: S) => boolean,
  emptied: (segment: S) => S,
  made: ReadonlyArray<S>,
  indexUsedMax: number
): ReadonlyArray<S> => {
  let used = 0
  let needed = indexUsedMax
  const placed = old.map((segment, index) => {
    if (isFree(segment) && used === made.length) return emptied(segment)
    needed = Math.max(needed, index)
    return isFree(segment) ? (made[used++] ?? segment) : segment
  })
  return [...placed.slice(0, needed + 1), ...made.slice(used)]
}
