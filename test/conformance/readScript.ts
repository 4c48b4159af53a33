import { readConstant, readPattern } from "./readValue.ts"
import type { Action, Command, InstantiateAction, ModuleSource } from "./Script.ts"
import { type List, lineCounter, readSexps, type Sexp } from "./Sexp.ts"
import type { Pattern } from "./Value.ts"

/**
 * Reads a script of the test suite: modules, what is done with them, and what is asserted of it.
 *
 * A module's own text stays text. A command that is not known is one of the script's all the same, so that it
 * can be counted; *fails* by throwing where the parentheses do not close.
 */
export const readScript = (source: string): ReadonlyArray<Command> => {
  const forms = readSexps(source).filter((form) => form.kind === "list")
  const first = forms[0]
  // A file may be one module's fields, without the parentheses round them.
  if (first !== undefined && MODULE_FIELDS.has(headOf(first)))
    return [
      { kind: "module", line: 1, name: undefined, source: { kind: "text", text: `(module ${source}\n)` } }
    ]
  const lineOf = lineCounter(source)
  return forms.map((form) => {
    const line = lineOf(form.at)
    try {
      return { line, ...readCommand(form, source) }
    } catch (cause) {
      return {
        kind: "unknown",
        line,
        word: `${headOf(form)}: ${cause instanceof Error ? cause.message : cause}`
      }
    }
  })
}

const MODULE_FIELDS: ReadonlySet<string> = new Set([
  ...["type", "rec", "import", "func", "table", "memory", "global", "export", "start", "elem", "data", "tag"]
])

type Unplaced<C> = C extends Command ? Omit<C, "line"> : never

const readCommand = (form: List, source: string): Unplaced<Command> => {
  const head = headOf(form)
  const [, first, ...rest] = form.items
  switch (head) {
    case "module":
      return readModuleCommand(form, source)
    case "register":
      return { kind: "register", as: textOf(first), name: nameOf(rest[0]) }
    case "invoke":
    case "get":
      return { kind: "action", action: readAction(form) }
    case "assert_return":
      return { kind: "returns", action: readAction(first), expected: rest.map(readPattern) }
    case "assert_return_nan":
    case "assert_return_canonical_nan":
    case "assert_return_arithmetic_nan":
      return { kind: "returns", action: readAction(first), expected: [anyNan(head)] }
    case "assert_trap":
      return { kind: "traps", action: readTrapping(first, source) }
    case "assert_uninstantiable":
      return { kind: "traps", action: { kind: "instantiate", source: readSource(first, source) } }
    case "assert_exhaustion":
      return { kind: "exhausts", action: readAction(first) }
    case "assert_exception":
      return { kind: "throws", action: readAction(first) }
    case "assert_unlinkable":
      return { kind: "unlinkable", source: readSource(first, source) }
    case "assert_malformed":
    case "assert_malformed_custom":
      return { kind: "refused", how: "malformed", source: readSource(first, source) }
    case "assert_invalid":
    case "assert_invalid_custom":
      return { kind: "refused", how: "invalid", source: readSource(first, source) }
    default:
      return { kind: "unknown", word: head }
  }
}

/** In the oldest scripts the type is not said: any NaN of either type will do. */
const anyNan = (assertion: string): Pattern => {
  const nan = assertion === "assert_return_canonical_nan" ? "nan:canonical" : "nan:arithmetic"
  const of = (type: string): Pattern =>
    readPattern({
      kind: "list",
      at: 0,
      end: 0,
      items: [`${type}.const`, nan].map((word) => ({ kind: "word", word, at: 0 }))
    })
  return { kind: "either", patterns: [of("f32"), of("f64")] }
}

const readTrapping = (sexp: Sexp | undefined, source: string): Action | InstantiateAction =>
  headOf(sexp) === "module" ? { kind: "instantiate", source: readSource(sexp, source) } : readAction(sexp)

const readAction = (sexp: Sexp | undefined): Action => {
  const [, ...items] = listOf(sexp).items
  const module = nameOf(items[0])
  const [name, ...args] = module === undefined ? items : items.slice(1)
  const head = headOf(sexp)
  if (head === "get") return { kind: "get", module, name: textOf(name) }
  if (head !== "invoke") throw new Error(`unknown action: ${head}`)
  return { kind: "invoke", module, name: textOf(name), args: args.map(readConstant) }
}

const readModuleCommand = (form: List, source: string): Unplaced<Command> => {
  const second = wordOf(form.items[1])
  if (second === "instance")
    return { kind: "instance", name: nameOf(form.items[2]), of: nameOf(form.items[3]) }
  const definition = second === "definition"
  const name = nameOf(form.items[definition ? 2 : 1])
  return { kind: definition ? "definition" : "module", name, source: readSource(form, source) }
}

const readSource = (sexp: Sexp | undefined, source: string): ModuleSource => {
  const form = listOf(sexp)
  if (headOf(form) !== "module") throw new Error(`expected a module, got ${headOf(form)}`)
  const words = form.items.slice(1)
  const definition = wordOf(words[0]) === "definition" ? words.shift() : undefined
  if (nameOf(words[0]) !== undefined) words.shift()
  const how = wordOf(words[0])
  if (how === "binary" || how === "quote") {
    const bytes = Uint8Array.from(
      words.slice(1).flatMap((text) => (text.kind === "text" ? [...text.bytes] : []))
    )
    return how === "binary" ? { kind: how, bytes } : { kind: how, text: new TextDecoder().decode(bytes) }
  }
  const text = source.slice(form.at, form.end)
  return {
    kind: "text",
    text:
      definition === undefined
        ? text
        : `(module ${source.slice(definition.at + "definition".length, form.end)}`
  }
}

const headOf = (sexp: Sexp | undefined): string => (sexp?.kind === "list" ? wordOf(sexp.items[0]) : "")

const wordOf = (sexp: Sexp | undefined): string => (sexp?.kind === "word" ? sexp.word : "")

/** *Returns* a `$name`, `undefined` where it is something else. */
const nameOf = (sexp: Sexp | undefined): string | undefined => {
  const word = wordOf(sexp)
  return word.startsWith("$") ? word : undefined
}

const listOf = (sexp: Sexp | undefined): List => {
  if (sexp?.kind !== "list") throw new Error("expected a form in parentheses")
  return sexp
}

const textOf = (sexp: Sexp | undefined): string => {
  if (sexp?.kind !== "text") throw new Error("expected a string")
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(sexp.bytes)
}
