import { stripTypeScriptTypes } from "node:module"
import type { Step } from "./readExamples.ts"

/** What one step gave, and what it was said to give. */
export interface Answer {
  readonly code: string
  readonly got: unknown
  readonly expected: unknown
}

/**
 * Runs the steps of an example one after the other in one scope: `names` to begin with, and what a step declared
 * for the next one. Whatever cannot be read or run fails the caller with the engine's own error.
 */
export const runExample = async (
  steps: ReadonlyArray<Step>,
  names: Readonly<Record<string, unknown>>
): Promise<ReadonlyArray<Answer>> => {
  const body = steps.map(({ code, expected }) => {
    const { statements, expression } = lastExpression(code)
    return `${statements}\n$answers.push([${expression}, (${expected})])`
  })
  const run = compile([...Object.keys(names), "$answers"], body.join("\n"))
  const answers: Array<readonly [unknown, unknown]> = []
  await run(...Object.values(names), answers)
  return answers.map(([got, expected], i) => ({ code: steps[i]?.code.trim() ?? "", got, expected }))
}

const AsyncFunction = (async () => {}).constructor as new (
  ...source: ReadonlyArray<string>
  // The constructor that all asynchronous functions share has no name of its own.
) => (...args: ReadonlyArray<unknown>) => Promise<void>

const compile = (names: ReadonlyArray<string>, body: string) =>
  new AsyncFunction(...names, stripTypeScriptTypes(`{\n${body}\n}`))

/** The shortest tail of whole lines that is an expression, with the rest before it. */
const lastExpression = (code: string) => {
  const lines = code.trimEnd().split("\n")
  for (let from = lines.length - 1; from >= 0; from--) {
    const expression = lines.slice(from).join("\n").trim()
    const statements = lines.slice(0, from).join("\n")
    if (isReadable(`$(${expression}\n)`) && isReadable(statements)) return { statements, expression }
  }
  return { statements: "", expression: code }
}

const isReadable = (code: string): boolean => {
  try {
    compile([], code)
    return true
  } catch {
    return false
  }
}
