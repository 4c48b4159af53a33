import { draftFiring } from "./draftFiring.ts"
import { FEATURES } from "./features.ts"
import type { Firing, Header } from "./Header.ts"
import type { Bad, HeaderLine } from "./readValue.ts"

/**
 * Reads the head of a guest's source: the language that `Header.ts` shows.
 *
 * Strict on purpose: a misspelt expectation that is skipped is a test that cannot fail. Every line that opens
 * with the mark must be understood, each key stands at most once where once is meant, every firing says how it
 * ends, and the marks stop where the program begins. The first thing wrong is thrown, with file and line.
 */
export const readHeader = (path: string, text: string): Header => {
  const lines = readLines(path, text)
  const bad = (line: number, what: string) => new Error(`${path}:${line}: ${what}`)
  const firstFire = lines.findIndex((l) => l.key === "fire")
  const preamble = firstFire < 0 ? lines : lines.slice(0, firstFire)

  const proves = preamble.filter((l) => l.key === "proves")
  if (proves[0] === undefined) throw bad(1, "no `proves` line before the first `fire`")
  if (proves[1] !== undefined) throw bad(proves[1].line, "a second `proves`: a file proves one thing")
  if (proves[0].value === "") throw bad(proves[0].line, "`proves` is empty")
  const needs = preamble.filter((l) => l.key === "needs").flatMap((l) => readNeeds(l, bad))
  const defaults = preamble.filter((l) => l.key !== "proves" && l.key !== "needs")
  for (const l of defaults) {
    if (!SETTINGS.includes(l.key)) throw bad(l.line, `\`${l.key}\` belongs to a firing: no \`fire\` above it`)
  }

  const firings: Firing[] = []
  for (let at = firstFire; at >= 0 && at < lines.length; ) {
    const next = lines.findIndex((l, i) => i > at && l.key === "fire")
    const own = lines.slice(at, next < 0 ? lines.length : next)
    firings.push(readFiring(own, defaults, bad))
    at = next < 0 ? lines.length : next
  }
  if (firings.length === 0) throw bad(proves[0].line, "no `fire`: a header without a firing tests nothing")
  return { path, proves: proves[0].value, needs, firings }
}

const SETTINGS = ["fuel", "timeout", "grant", "allow", "limit", "nan"]

const readLines = (path: string, text: string): ReadonlyArray<HeaderLine> => {
  const found: HeaderLine[] = []
  let programAt: number | undefined
  for (const [index, raw] of text.split("\n").entries()) {
    const line = index + 1
    const marked = /^(?:;;!|\/\/!)(.*)$/.exec(raw.trim())
    if (marked === null) {
      if (!/^\s*(;;.*|\/\/.*)?$/.test(raw)) programAt ??= line
      continue
    }
    if (programAt !== undefined) {
      throw new Error(`${path}:${line}: a header line below the program, which begins at line ${programAt}`)
    }
    const pair = /^ ([a-z-]+):(?: (.*))?$/.exec(marked[1] ?? "")
    if (pair?.[1] === undefined) throw new Error(`${path}:${line}: expected \`key: value\`, got \`${raw}\``)
    found.push({ line, key: pair[1], value: (pair[2] ?? "").trim() })
  }
  return found
}

const readNeeds = ({ line, value }: HeaderLine, bad: Bad): ReadonlyArray<string> =>
  value.split(/, */).map((feature) => {
    if (FEATURES.has(feature)) return feature
    throw bad(line, `unknown feature \`${feature}\`; known: ${[...FEATURES.keys()].join(", ")}`)
  })

const readFiring = (
  own: ReadonlyArray<HeaderLine>,
  defaults: ReadonlyArray<HeaderLine>,
  bad: Bad
): Firing => {
  const [fire, ...rest] = own
  if (fire === undefined) throw bad(1, "a firing without a line")
  const called = readCall(fire, bad)
  const draft = draftFiring()
  const overridden = new Set(rest.map((l) => l.key))
  for (const l of defaults) if (!overridden.has(l.key)) draft.take(l, bad)
  draft.forgetSeen()
  for (const l of rest) draft.take(l, bad)
  return { line: fire.line, ...called, ...draft.finish(fire.line, bad) }
}

/** `main 1 2`, or with a JSON string for a name that has spaces or worse in it. */
const readCall = ({ line, value }: HeaderLine, bad: Bad) => {
  const match = /^("(?:[^"\\]|\\.)*"|[^"\s]\S*)((?:\s+\S+)*)$/.exec(value)
  if (match?.[1] === undefined) throw bad(line, `\`fire\` needs a function name, got \`${value}\``)
  const args = (match[2] ?? "").split(/\s+/).filter((word) => word !== "")
  if (!match[1].startsWith('"')) return { functionName: match[1], args }
  try {
    return { functionName: String(JSON.parse(match[1])), args }
  } catch {
    throw bad(line, `the function name is no JSON string: ${match[1]}`)
  }
}
