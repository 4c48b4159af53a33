import type { Ending, Expected, Firing, FiringOptions } from "./Header.ts"
import { type Bad, type HeaderLine, readCount, readRange, readReasons, readReturned } from "./readValue.ts"

/**
 * A firing while its lines are being read: one row per key, so that the language is the table below.
 *
 * A key that is not in the table is an error, and so is a second line of a key that says one thing.
 */
export interface Draft {
  readonly take: (line: HeaderLine, bad: Bad) => void
  /** Forgets which keys were there: a file's settings may be said again by a firing. */
  readonly forgetSeen: () => void
  readonly finish: (fireLine: number, bad: Bad) => Pick<Firing, "options" | "expected">
}

export const draftFiring = (): Draft => {
  const state: State = {
    options: { grants: [], allow: [], limits: new Map() },
    expected: { memoryAt: [], globals: [] },
    ending: undefined
  }
  const seen = new Set<string>()
  return {
    take: (line, bad) => {
      const row = Object.hasOwn(ROWS, line.key) ? ROWS[line.key] : undefined
      if (row === undefined) {
        const known = ["proves", "needs", "fire", ...Object.keys(ROWS)].join(", ")
        throw bad(line.line, `unknown key \`${line.key}\`; known: ${known}`)
      }
      if (seen.has(line.key) && !REPEATABLE.includes(line.key)) {
        throw bad(line.line, `a second \`${line.key}\` in one firing`)
      }
      seen.add(line.key)
      row(state, line, bad)
    },
    forgetSeen: () => seen.clear(),
    finish: (fireLine, bad) => {
      const { options, expected, ending } = state
      if (ending === undefined) throw bad(fireLine, "the firing lacks a line returned, crashed or refused")
      if (ending.outcome !== "crashed" && expected.memoryAt.length + expected.globals.length > 0) {
        throw bad(fireLine, `memory-at and global read the dump of a crash; this one ${ending.outcome}`)
      }
      return { options, expected: { ...expected, ending } }
    }
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface State {
  readonly options: Mutable<FiringOptions> & {
    grants: string[]
    allow: string[]
    limits: Map<string, number>
  }
  readonly expected: Mutable<Omit<Expected, "ending">> & {
    memoryAt: Array<{ offset: number; hex: string }>
    globals: Array<{ globalIndex: number; value: string }>
  }
  ending: Ending | undefined
}

/** May stand on several lines of one firing. */
const REPEATABLE = ["grant", "allow", "limit", "memory-at", "global", "log"]

const ROWS: Readonly<Record<string, (state: State, line: HeaderLine, bad: Bad) => void>> = {
  fuel(s, l, bad) {
    s.options.fuel = readCount(l.line, l.key, l.value, bad)
  },
  timeout(s, l, bad) {
    s.options.timeoutMs = readCount(l.line, l.key, l.value, bad)
  },
  grant(s, l) {
    s.options.grants.push(l.value)
  },
  allow(s, l) {
    s.options.allow.push(l.value)
  },
  limit(s, l, bad) {
    const [name = "", count = ""] = match(/^([a-zA-Z]+) (\S+)$/, "name count", l, bad)
    s.options.limits.set(name, readCount(l.line, name, count, bad))
  },
  nan(s, l, bad) {
    match(/^canonical$/, "canonical", l, bad)
    s.options.nan = "canonical"
  },
  returned(s, l, bad) {
    end(s, l, bad, readReturned(l, bad))
  },
  crashed(s, l, bad) {
    end(s, l, bad, readReasons("crashed", l, bad))
  },
  refused(s, l, bad) {
    end(s, l, bad, readReasons("refused", l, bad))
  },
  "fuel-used"(s, l, bad) {
    s.expected.fuelUsed = readRange(l, bad)
  },
  "host-calls"(s, l, bad) {
    s.expected.hostCalls = readRange(l, bad)
  },
  pages(s, l, bad) {
    s.expected.pages = readCount(l.line, l.key, l.value, bad)
  },
  log(s, l) {
    s.expected.logs = [...(s.expected.logs ?? []), l.value]
  },
  "memory-at"(s, l, bad) {
    const [offset = "", hex = ""] = match(/^(\S+) = ((?:[0-9a-f]{2})+)$/, "offset = hex bytes", l, bad)
    s.expected.memoryAt.push({ offset: readCount(l.line, l.key, offset, bad), hex })
  },
  global(s, l, bad) {
    const [index = "", value = ""] = match(/^(\d+) = (\S+)$/, "index = value", l, bad)
    s.expected.globals.push({ globalIndex: readCount(l.line, l.key, index, bad), value })
  }
}

const match = (pattern: RegExp, shape: string, { line, key, value }: HeaderLine, bad: Bad): string[] => {
  const found = pattern.exec(value)
  if (found === null) throw bad(line, `${key}: expected \`${shape}\`, got \`${value}\``)
  return found.slice(1)
}

const end = (state: State, { line, key }: HeaderLine, bad: Bad, ending: Ending): void => {
  if (state.ending !== undefined) throw bad(line, `${key}: this firing already ${state.ending.outcome}`)
  state.ending = ending
}
