/** What came of one command of a script. */
export interface Verdict {
  readonly line: number
  /** Whether it asserts something; the others are counted only where they fail. */
  readonly assertion: boolean
  readonly result: Result
}

export type Result =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "skipped"; readonly skip: Skip }

export interface Skip {
  /**
   * `text`: about the text format, which is no part of this project. `engine`: V8 itself does not do what the
   * script asks for. `compiler`: the bytes to ask about cannot be had. `script`: the runner does not know the command.
   */
  readonly kind: "text" | "engine" | "compiler" | "script"
  /** Few enough to be counted. */
  readonly why: string
  /** What is to be said of this one. */
  readonly detail: string
}

export const PASSED: Result = { kind: "passed" }
