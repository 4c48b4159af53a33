import { randomFrom } from "./makeScenario.ts"

/**
 * A random scenario with nested and dynamic supervisors, the same for the same seed.
 *
 * Supervisors have `infinity`, as OTP asks for: what is left when one is killed is a race in Erlang.
 */
export const makeTree = (seed: number): string => {
  const random = randomFrom(seed)
  const pick = <A>(among: ReadonlyArray<A>): A =>
    // The index is below the length, and no list here is empty.
    among[Math.floor(random() * among.length)] as A
  const restart = (): string => pick(["permanent", "permanent", "transient", "temporary"])
  const strategy = (): string => pick(["one_for_one", "one_for_all", "rest_for_one"])
  const workers: Array<readonly [name: string, sup: string]> = []
  const child = (name: string, sup: string): string => {
    workers.push([name, sup])
    const stubborn = random() < 0.15 ? "60 stubborn" : pick(["500", "500", "infinity", "brutal_kill"])
    return `child ${name} ${sup} ${restart()} worker ${stubborn}`
  }
  const auto = pick(["never", "never", "any_significant", "all_significant"])
  const kind = pick(["permanent", "transient", "temporary"])
  const significant = auto !== "never" && kind !== "permanent" ? " significant" : ""
  const lines = [
    `supervisor root - ${strategy()} ${pick([1, 2, 4])} 60 never`,
    child("a", "root"),
    `supervisor mid root ${strategy()} ${pick([0, 1, 2])} 60 never ${restart()} infinity`,
    child("b", "mid"),
    `supervisor low mid ${strategy()} ${pick([0, 1, 2])} 60 never ${restart()} infinity`,
    child("c", "low"),
    child("d", "low"),
    child("e", "mid"),
    `dynamic pool root ${pick([0, 1, 2])} 60 ${auto} ${restart()} infinity kind ${kind} worker 500${significant}`,
    child("f", "root"),
    "begin"
  ]
  const spawned: Array<string> = []
  const directive = (): string => {
    const kind = random()
    const [name, sup] = pick(workers)
    const nested = pick(["mid root", "low mid", "pool root"] as const)
    if (kind < 0.35)
      return `exit ${spawned.length > 0 && random() < 0.4 ? pick(spawned) : name} ${pick(REASONS)}`
    if (kind < 0.45) return `fail_starts ${pick([name, "mid", "low", ...spawned])} ${pick([1, 1, 2])}`
    if (kind < 0.65 && spawned.length < 6) {
      spawned.push(`w${spawned.length}`)
      return `spawn w${spawned.length - 1} pool${random() < 0.1 ? " stubborn" : ""}`
    }
    if (kind < 0.7 && spawned.length > 0) return `end ${pick(spawned)} pool`
    if (kind < 0.78) return `terminate ${random() < 0.5 ? nested : `${name} ${sup}`}`
    if (kind < 0.86) return `restart ${random() < 0.6 ? nested : `${name} ${sup}`}`
    if (kind < 0.88) return `delete ${random() < 0.5 ? nested : `${name} ${sup}`}`
    return `${pick(["children", "count"])} ${pick(["root", "mid", "low", "pool"])}`
  }
  for (let i = 6 + Math.floor(random() * 12); i > 0; i -= 1) lines.push(directive())
  return `${[...lines, "count root", "children root", "stop"].join("\n")}\n`
}

const REASONS = ["normal", "shutdown", "crash", "crash", "crash"]
