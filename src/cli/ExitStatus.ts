/**
 * What the command's exit status says. One rule tells 2 from 3: what is wrong whatever the files hold is the
 * command line's fault, what can only be known by looking into them is refused.
 *
 * A file that cannot be read or written counts as refused. A signal that ended a firing is 128 and its number, as
 * shells have it.
 */
export const EXIT = {
  /** The guest returned, the module is valid, the question is answered. */
  done: 0,
  /** The guest crashed. */
  crashed: 1,
  /** The command line cannot be parsed; also a Node that is too old, which nothing can be parsed on. */
  usage: 2,
  /** Refused, invalid, unreadable, unwritable. */
  refused: 3,
  /** A defect of Munition's own. */
  defect: 4
} as const

/** Signals that end a firing in order, its dump written. */
export const ENDING_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

export type EndingSignal = keyof typeof ENDING_SIGNALS

/** What is wrong with the command line, found after it was parsed: a value that no firing could have. */
export class UsageProblem {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

/** How a subcommand ends: with a status, or with the command line at fault. */
export type Ending = number | UsageProblem
