import type { Constant, Pattern } from "./Value.ts"

/** A script of the test suite: its commands in order, each with the line it begins on. */
export interface Script {
  readonly commands: ReadonlyArray<Command>
}

export type Command = { readonly line: number } & (
  | { readonly kind: "module"; readonly name: string | undefined; readonly source: ModuleSource }
  /** Defined, not instantiated. */
  | { readonly kind: "definition"; readonly name: string | undefined; readonly source: ModuleSource }
  /** An instance of what was defined: the module of that name, or the last one. */
  | { readonly kind: "instance"; readonly name: string | undefined; readonly of: string | undefined }
  | { readonly kind: "register"; readonly as: string; readonly name: string | undefined }
  | { readonly kind: "action"; readonly action: Action }
  | Assertion
  /** Neither a command nor an assertion that this runner knows. */
  | { readonly kind: "unknown"; readonly word: string }
)

export type Assertion =
  | { readonly kind: "returns"; readonly action: Action; readonly expected: ReadonlyArray<Pattern> }
  | { readonly kind: "traps"; readonly action: Action | InstantiateAction }
  | { readonly kind: "exhausts"; readonly action: Action }
  | { readonly kind: "throws"; readonly action: Action }
  | { readonly kind: "unlinkable"; readonly source: ModuleSource }
  /** Malformed or invalid: what the specification calls it is not asked for. */
  | { readonly kind: "refused"; readonly how: "malformed" | "invalid"; readonly source: ModuleSource }

export type Action =
  | {
      readonly kind: "invoke"
      readonly module: string | undefined
      readonly name: string
      readonly args: ReadonlyArray<Constant>
    }
  | { readonly kind: "get"; readonly module: string | undefined; readonly name: string }

/** An assertion about what instantiating does. */
export interface InstantiateAction {
  readonly kind: "instantiate"
  readonly source: ModuleSource
}

/** A module as a script has it: its text, its bytes, or a text in quotes that a reader may well refuse. */
export type ModuleSource =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "quote"; readonly text: string }
