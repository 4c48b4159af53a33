import type { Case, Excluded, Run } from "./Case.ts"
import { compare, type Difference, isOverdrawn } from "./compare.ts"
import { countByModel } from "./countByModel.ts"
import { KNOWN, UNLIMITED } from "./known.ts"
import { type Prepared, prepareCase } from "./prepareCase.ts"
import { runOnV8 } from "./runOnV8.ts"
import { type OnWasmtime, runOnWasmtime } from "./runOnWasmtime.ts"

/**
 * Runs every case three times and sorts what came out: what agrees, what differs as is known, what is wrong.
 */
export interface Result {
  readonly group: string
  readonly id: string
  /** What was left out; the case was not run, or not without a meter. */
  readonly excluded?: string
  /** A difference that is known, with its reason. */
  readonly explained?: string
  /** What nobody can explain: the sentence names the difference and both sides. */
  readonly wrong?: string
  /** Whether Wasmtime's own count was compared, and was the same. */
  readonly sameFuel: boolean
  /** Whether the metered module told the same on both engines. */
  readonly sameEngines: boolean
}

export const runCases = (
  python: string,
  cases: ReadonlyArray<Case | Excluded>
): { readonly results: ReadonlyArray<Result>; readonly stale: ReadonlyArray<string> } => {
  const excluded: Array<Result> = []
  const jobs: Array<{
    readonly prepared: Prepared
    readonly onV8: Run
    readonly plainFuel: number | undefined
  }> = []
  for (const one of cases) {
    const prepared = "why" in one ? one.why : prepareCase(one)
    if (typeof prepared === "string")
      excluded.push({
        ...{ group: one.group, id: one.id, excluded: prepared },
        ...{ sameFuel: false, sameEngines: false }
      })
    else {
      const onV8 = runOnV8(prepared)
      jobs.push({ prepared, onV8, plainFuel: plainFuelOf(prepared.case, onV8) })
    }
  }
  const answers = runOnWasmtime(python, jobs)
  const judged = jobs.flatMap((job, i) => {
    const answer = answers[i]
    return answer === undefined ? [] : [judge(job.prepared, job.onV8, answer)]
  })
  const ids = new Set(cases.map(({ id }) => id))
  return {
    results: [...judged.map(({ result }) => result), ...excluded],
    stale: KNOWN.filter(({ id, differs }) => {
      const found = judged.find(({ result }) => result.id === id)?.differences
      return ids.has(id) && !found?.includes(differs)
    }).map(({ id, differs }) => `${id}: the list says that it differs in ${differs}, and it does not`)
  }
}

/** Plenty where the account of ours let it end; the same where that ran out; nothing where another limit did. */
const plainFuelOf = ({ id, fuel }: Case, onV8: Run): number | undefined => {
  if (UNLIMITED.has(id)) return undefined
  if (onV8.end !== "stopped") return PLENTY
  return onV8.detail === "fuel" ? fuel : undefined
}

const PLENTY = 1e15

const judge = (
  prepared: Prepared,
  onV8: Run,
  answer: OnWasmtime
): { readonly result: Result; readonly differences: ReadonlyArray<Difference> } => {
  const { group, id } = prepared.case
  const differences = compare(onV8, answer)
  const { plain } = answer
  const reasons = differences.map((differs) => explain(prepared, differs, onV8, answer))
  const unexplained = differences.filter((_, i) => reasons[i] === undefined)
  const explained = [
    ...reasons.filter((reason) => reason !== undefined),
    ...(plain !== null && isOverdrawn(onV8, plain) ? [OVERDRAWN] : [])
  ]
  const excluded =
    plain === null ? (UNLIMITED.get(id) ?? `a limit of ours stopped it: ${onV8.detail}`) : undefined
  const result: Result = {
    ...{ group, id },
    ...(excluded === undefined ? {} : { excluded }),
    ...(explained[0] === undefined ? {} : { explained: explained[0] }),
    ...(unexplained.length === 0
      ? {}
      : {
          wrong: `${unexplained.join(", ")}: here ${JSON.stringify(onV8)}, there ${JSON.stringify(answer)}`
        }),
    sameFuel: onV8.end === "returned" && plain?.end === "returned" && !differences.includes("fuel"),
    sameEngines: !differences.includes("engine")
  }
  return { result, differences }
}

const OVERDRAWN = "it consumed more than it was given before anybody looked: for Wasmtime it has returned"

const explain = (
  prepared: Prepared,
  differs: Difference,
  onV8: Run,
  { plain }: OnWasmtime
): string | undefined => {
  const known = KNOWN.find((one) => one.id === prepared.case.id && one.differs === differs)
  if (known !== undefined) return known.why
  if (differs !== "fuel" || countByModel(prepared, "exact") !== onV8.fuel) return undefined
  return countByModel(prepared, "wasmtime") === plain?.fuel ? LEAKS : undefined
}

const LEAKS = "Wasmtime forgets what a call consumed that an exception left, or charges a growth that fails"
