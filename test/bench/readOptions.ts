import { parseArgs } from "node:util"

/**
 * The bench's command line:
 *
 *     npm run bench -- [--suite DIRECTORY] [--kernel NAME]... [--rounds N] [--no-rules] [--json FILE]
 *                      [--wasmtime PYTHON]
 *
 * What cannot be read is an error that names the option, what it takes and what was given.
 */
export interface BenchOptions {
  /** A directory of WASI command modules, instead of the built-in suite. */
  readonly suite: string | undefined
  /** Where to write everything that was measured. */
  readonly json: string | undefined
  /** Names of subjects; all where there are none. */
  readonly names: ReadonlyArray<string>
  readonly rounds: number
  /** An interpreter that has the package `wasmtime`. */
  readonly wasmtime: string | undefined
  /** Whether each rule is also timed switched off. */
  readonly rules: boolean
}

export const ROUNDS_DEFAULT = 25
export const ROUNDS_MAX = 10_000

export const readOptions = (args: ReadonlyArray<string>): BenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      suite: { type: "string" },
      json: { type: "string" },
      kernel: { type: "string", multiple: true },
      rounds: { type: "string" },
      wasmtime: { type: "string" },
      rules: { type: "boolean" }
    }
  })
  const rounds = Number(values.rounds ?? ROUNDS_DEFAULT)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX)
    throw new Error(`--rounds: expected an integer 1..${ROUNDS_MAX}, got ${values.rounds}`)
  if (values.suite !== undefined && values.wasmtime !== undefined)
    throw new Error("--wasmtime: expected the built-in suite, got --suite")
  return {
    suite: values.suite,
    json: values.json,
    names: values.kernel ?? [],
    rounds,
    wasmtime: values.wasmtime,
    rules: values.rules ?? true
  }
}

/** Those that are asked for, in the order of the suite. */
export const chosen = <A extends { readonly name: string }>(
  all: ReadonlyArray<A>,
  names: ReadonlyArray<string>
): ReadonlyArray<A> => {
  for (const name of names)
    if (!all.some((one) => one.name === name))
      throw new Error(`--kernel: expected one of ${all.map((one) => one.name).join(", ")}; got ${name}`)
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}
