/**
 * A random supervision scenario in the trace language, the same for the same seed.
 *
 * It is written to meet what supervisors do seldom: starts that fail while others are restarted, stubborn
 * children, ids that are unknown, taken or deleted, specs that are refused. What depends on a race in Erlang
 * itself is left out: a stubborn child under `infinity`, which hangs, and restarts at the edge of a period.
 */
export const makeScenario = (seed: number): string => {
  const random = randomFrom(seed)
  const pick = <A>(among: ReadonlyArray<A>): A =>
    // The index is below the length, and no list here is empty.
    among[Math.floor(random() * among.length)] as A
  const chance = (of: number): boolean => random() < of
  const auto = chance(0.4) ? pick(["any_significant", "all_significant"]) : "never"

  const words = (id: string): string => {
    const restart = pick(["permanent", "permanent", "transient", "temporary"])
    const stubborn = chance(0.15)
    const shutdown = pick(stubborn ? ["60", "brutal_kill"] : ["60", "500", "500", "brutal_kill", "infinity"])
    const mayMatter = (auto !== "never" && restart !== "permanent") || chance(0.01)
    const significant = mayMatter && chance(0.5) ? " significant" : ""
    const type = pick(["worker", "supervisor"])
    return `${id} ${restart} ${type} ${shutdown}${significant}${stubborn ? " stubborn" : ""}`
  }
  const ids = ["a", "b", "c", "d", "e", "f"].slice(0, 1 + Math.floor(random() * 6))
  const later = ["g", "h"]
  const some = (): string => (chance(0.9) ? pick(ids) : pick([...later, "z"]))
  const directive = (): string => {
    const kind = random()
    if (kind < 0.4) return `exit ${some()} ${pick(REASONS)}`
    if (kind < 0.52) return `fail_starts ${some()} ${pick([1, 1, 2, 3])}`
    if (kind < 0.62) return `terminate ${some()}`
    if (kind < 0.72) return `restart ${some()}`
    if (kind < 0.8) return `delete ${some()}`
    if (kind < 0.9) return `start ${words(chance(0.6) ? pick(later) : some())}`
    return "children"
  }
  const lines = [
    `strategy ${pick(["one_for_one", "one_for_all", "rest_for_one"])}`,
    ...(chance(0.9) ? [`intensity ${pick([0, 1, 2, 3, 5, 8])} ${pick([60, 60, 30])}`] : []),
    ...(auto === "never" ? [] : [`auto_shutdown ${auto}`]),
    ...ids.map((id) => `child ${words(id)}`),
    ...(chance(0.05) ? [`fail_starts ${pick(ids)} 1`] : []),
    "begin",
    ...Array.from({ length: 3 + Math.floor(random() * 14) }, directive),
    ...(chance(0.5) ? ["children"] : []),
    "stop"
  ]
  return `${lines.join("\n")}\n`
}

const REASONS = ["normal", "normal", "shutdown", "crash", "crash", "crash", "boom"]

/** Marsaglia's xorshift on 32 bits: enough for choosing, and the same everywhere. */
export const randomFrom = (seed: number): (() => number) => {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 4_294_967_296
  }
}
