import { randomFrom } from "./makeScenario.ts"

/**
 * A random scenario with nested and dynamic supervisors, the same for the same seed.
 *
 * The tree is of chance too: a supervisor alone with its workers, or some levels of them, each with flags of its own,
 * so that one that ends for any reason is also somebody's child, permanent or not, significant or not. Supervisors
 * have `infinity`, as OTP asks for: what is left when one is killed is a race in Erlang, and so is whether a child
 * that has 0 ms hears of it.
 */
export const makeTree = (seed: number): string => {
  const random = randomFrom(seed)
  const pick = <A>(among: ReadonlyArray<A>): A =>
    // The index is below the length, and no list here is empty.
    among[Math.floor(random() * among.length)] as A
  const chance = (of: number): boolean => random() < of
  const auto = (): string => (chance(0.6) ? "never" : pick(["any_significant", "all_significant"]))
  /** The restart type, and whether it is significant: now and then where it may not be. */
  const matters = (under: string): readonly [restart: string, mark: string] => {
    const restart = pick(["permanent", "permanent", "transient", "temporary"])
    const may = (under !== "never" && restart !== "permanent") || chance(0.005)
    return [restart, may && chance(0.6) ? " significant" : ""]
  }
  const lines: Array<string> = []
  const workers: Array<readonly [name: string, sup: string]> = []
  const nested: Array<readonly [name: string, sup: string]> = []
  const dynamic: Array<string> = []
  /** Those whose children are waited for however long they take, so that none of them may be stubborn. */
  const patient = new Set<string>()
  const deepest = pick([0, 0, 1, 2, 3])

  const words = (under: string): string => {
    const [restart, mark] = matters(under)
    const stubborn = chance(0.15)
    const shutdown = pick(stubborn ? ["10", "brutal_kill"] : ["500", "500", "infinity", "brutal_kill"])
    return `${restart} ${pick(["worker", "worker", "supervisor"])} ${shutdown}${mark}${stubborn ? " stubborn" : ""}`
  }
  const child = (sup: string, under: string): void => {
    const name = `c${workers.length}`
    workers.push([name, sup])
    lines.push(`child ${name} ${sup} ${words(under)}`)
  }
  const pool = (sup: string, under: string): void => {
    const name = `p${dynamic.length}`
    const [restart, mark] = matters(under)
    const own = auto()
    const [kind, kindMark] = matters(own)
    const shutdown = pick(["500", "infinity", "brutal_kill"])
    if (shutdown === "infinity") patient.add(name)
    dynamic.push(name)
    nested.push([name, sup])
    lines.push(
      `dynamic ${name} ${sup} ${pick([0, 1, 2])} 60 ${own} ${restart} infinity${mark} ` +
        `kind ${kind} ${pick(["worker", "supervisor"])} ${shutdown}${kindMark}`
    )
  }
  const supervisor = (name: string, sup: string, under: string, depth: number): void => {
    const own = auto()
    const flags = `${pick(["one_for_one", "one_for_all", "rest_for_one"])} ${pick([0, 1, 2, 4])} 60 ${own}`
    const [restart, mark] = matters(under)
    lines.push(`supervisor ${name} ${sup} ${flags}${sup === "-" ? "" : ` ${restart} infinity${mark}`}`)
    if (sup !== "-") nested.push([name, sup])
    const size = deepest === 0 ? 1 + Math.floor(random() * 6) : 1 + Math.floor(random() * 4)
    for (let i = 0; i < size; i += 1) {
      if (depth < deepest && nested.length < 5 && chance(0.4))
        supervisor(`s${nested.length}`, name, own, depth + 1)
      else if (deepest > 0 && dynamic.length < 2 && chance(0.25)) pool(name, own)
      else child(name, own)
    }
  }
  supervisor("root", "-", "never", 0)
  if (chance(0.05)) lines.push(`${pick(["fail_starts", "ignore_starts"])} ${pick(workers)?.[0] ?? "root"} 1`)
  lines.push("begin")

  const spawned: Array<string> = []
  const pools = new Map<string, string>()
  const named = (): readonly [name: string, sup: string] => {
    const one =
      nested.length > 0 && chance(0.4) ? pick(nested) : workers.length > 0 ? pick(workers) : undefined
    return one ?? ["nobody", "root"]
  }
  const runner = (): string =>
    spawned.length > 0 && chance(0.4) ? pick(spawned) : workers.length > 0 ? pick(workers)[0] : "nobody"
  const directive = (): void => {
    const kind = random()
    const [name, sup] = chance(0.05) ? (["nobody", "root"] as const) : named()
    if (kind < 0.3) lines.push(`exit ${runner()} ${pick(REASONS)}`)
    else if (kind < 0.35) lines.push(`kill ${runner()}`)
    else if (kind < 0.45)
      lines.push(
        `fail_starts ${spawned.length > 0 && chance(0.3) ? pick(spawned) : name} ${pick([1, 1, 2, 3])}`
      )
    else if (kind < 0.5) lines.push(`ignore_starts ${name} ${pick([1, 1, 2])}`)
    else if (kind < 0.65 && dynamic.length > 0 && spawned.length < 8) {
      spawned.push(`w${spawned.length}`)
      const last = spawned.at(-1)
      if (chance(0.1)) lines.push(`${pick(["fail_starts", "ignore_starts"])} ${last} 1`)
      const pool = pick(dynamic)
      pools.set(`w${spawned.length - 1}`, pool)
      lines.push(`spawn ${last} ${pool}${!patient.has(pool) && chance(0.1) ? " stubborn" : ""}`)
    } else if (kind < 0.69 && spawned.length > 0) {
      const one = pick(spawned)
      lines.push(`end ${one} ${pools.get(one)}`)
    } else if (kind < 0.77) lines.push(`terminate ${name} ${sup}`)
    else if (kind < 0.85) lines.push(`restart ${name} ${sup}`)
    else if (kind < 0.89) lines.push(`delete ${name} ${sup}`)
    else if (kind < 0.95) lines.push(started())
    else lines.push(`${pick(["children", "count"])} ${pick(["root", ...nested.map(([one]) => one)])}`)
  }
  /** A child that is new, or has a name that is taken. */
  const started = (): string => {
    const sups = ["root", ...nested.map(([one]) => one).filter((one) => !dynamic.includes(one))]
    if (workers.length > 0 && chance(0.4)) {
      const [name, sup] = pick(workers)
      return `start ${name} ${sup} ${words("never")}`
    }
    const name = `n${workers.length}`
    const sup = pick(sups)
    workers.push([name, sup])
    return `start ${name} ${sup} ${words(chance(0.3) ? "any_significant" : "never")}`
  }
  for (let i = 6 + Math.floor(random() * 14); i > 0; i -= 1) directive()
  return `${[...lines, "count root", "children root", "stop"].join("\n")}\n`
}

const REASONS = ["normal", "normal", "shutdown", "shutdown_with", "crash", "crash", "crash", "crash"]
