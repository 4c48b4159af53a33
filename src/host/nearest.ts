/**
 * The known names that are closest to one that is not known: at most three, the closest first.
 *
 * A name counts when at most a third of its characters, and at least two, would have to change. The work is bounded
 * by `LENGTH_MAX` squared for each candidate, because the unknown name may be a guest's.
 */
export const nearest = (unknown: string, known: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (unknown.length > LENGTH_MAX) return []
  return known
    .map((name) => ({
      name,
      distance: editDistance(unknown.toLowerCase(), name.slice(0, LENGTH_MAX).toLowerCase())
    }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

const LENGTH_MAX = 64

/** Levenshtein's distance, one row at a time. */
const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(changed, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
