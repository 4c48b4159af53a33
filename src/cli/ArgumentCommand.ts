import { Command, type ParseOptionsResult } from "commander"

/**
 * A subcommand whose last arguments are a guest's: `fire FILE FUNCTION -5 -inf --fuel 1e6 -- --anything`.
 *
 * Options may stand anywhere before `--`. Once the function is named, what starts with a single dash and is no
 * option is an argument; two dashes are always an option, so a slip of the pen is seen: no value of a guest's
 * looks like that, and after `--` even that is handed on.
 */
export class ArgumentCommand extends Command {
  readonly #operandsBefore: number

  constructor(name: string, operandsBefore: number) {
    super(name)
    this.#operandsBefore = operandsBefore
  }

  override parseOptions(args: string[]): ParseOptionsResult {
    const end = args.indexOf("--")
    const { operands, unknown } = super.parseOptions(end < 0 ? args : args.slice(0, end))
    const literal = end < 0 ? [] : args.slice(end + 1)
    const stray =
      operands.length < this.#operandsBefore ? unknown[0] : unknown.find((arg) => arg.startsWith("--"))
    return stray === undefined
      ? { operands: [...operands, ...unknown, ...literal], unknown: [] }
      : { operands, unknown: [stray] }
  }
}

/** A subcommand with options of two values: `--hex 1024 4` is read as `--hex=1024,4`. */
export class PairCommand extends Command {
  readonly #flag: string

  constructor(name: string, flag: string) {
    super(name)
    this.#flag = flag
  }

  override parseOptions(args: string[]): ParseOptionsResult {
    const joined: Array<string> = []
    for (let i = 0; i < args.length; i++) {
      const [flag, first, second] = args.slice(i, i + 3)
      if (flag === "--") return super.parseOptions([...joined, ...args.slice(i)])
      const pair = flag === this.#flag && first !== undefined && second !== undefined
      joined.push(pair ? `${flag}=${first},${second}` : (flag ?? ""))
      if (pair) i += 2
    }
    return super.parseOptions(joined)
  }
}
