/**
 * The parenthesised forms of a script, as far as its commands need them: lists, words and strings.
 *
 * A module's own text is not taken apart further: whoever needs it cuts it out of the source by `at` and `end`.
 * Comments are left out, and so are annotations, except where the text is cut out.
 */
export type Sexp = Word | Text | List

export interface Word {
  readonly kind: "word"
  readonly word: string
  readonly at: number
}

/** A string: the bytes that it stands for. */
export interface Text {
  readonly kind: "text"
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly at: number
}

export interface List {
  readonly kind: "list"
  readonly items: ReadonlyArray<Sexp>
  readonly at: number
  /** After the closing parenthesis. */
  readonly end: number
}

/** *Fails* by throwing where a parenthesis, a string or a comment is not closed. */
export const readSexps = (source: string): ReadonlyArray<Sexp> => new SexpReader(source).read()

/** The line of an offset, from 1; offsets are asked for in ascending order. */
export const lineCounter = (source: string): ((at: number) => number) => {
  let line = 1
  let next = source.indexOf("\n")
  return (at) => {
    for (; next >= 0 && next < at; next = source.indexOf("\n", next + 1)) line++
    return line
  }
}

/** A single semicolon is a word, or part of one, in annotations only. */
const WORD = /(?:[^\s()";]|;(?!;))+/y
const STRING = /"(?:[^"\\]|\\[\s\S])*"/y
const SKIPPED = /(?:\s+|;;[^\n]*)+/y

/** Open lists of a form; the suite's deepest is a few hundred. */
const DEPTH_MAX = 100_000

class SexpReader {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  read(): ReadonlyArray<Sexp> {
    const top: Array<Sexp> = []
    const open: Array<{ readonly items: Array<Sexp>; readonly at: number }> = []
    for (;;) {
      this.#skip()
      const at = this.#at
      const next = this.#source[at]
      const items = open.at(-1)?.items ?? top
      if (next === undefined) break
      if (next === "(") {
        if (open.length === DEPTH_MAX) this.#fail(`more than ${DEPTH_MAX} open parentheses`, at)
        open.push({ items: [], at })
        this.#at++
      } else if (next === ")") {
        const closed = open.pop() ?? this.#fail("a parenthesis is closed that was not opened", at)
        this.#at++
        const annotation = closed.items[0]?.kind === "word" && closed.items[0].word.startsWith("@")
        if (!annotation) (open.at(-1)?.items ?? top).push({ kind: "list", ...closed, end: this.#at })
      } else if (next === '"') {
        items.push({ kind: "text", bytes: bytesOf(this.#match(STRING, "a string is not closed")), at })
      } else items.push({ kind: "word", word: this.#match(WORD, "unexpected character"), at })
    }
    const left = open.at(-1)
    if (left !== undefined) this.#fail("a parenthesis is not closed", left.at)
    return top
  }

  #skip(): void {
    for (;;) {
      SKIPPED.lastIndex = this.#at
      if (SKIPPED.test(this.#source)) this.#at = SKIPPED.lastIndex
      if (!this.#source.startsWith("(;", this.#at)) return
      this.#skipBlockComment()
    }
  }

  /** They nest. */
  #skipBlockComment(): void {
    const start = this.#at
    let depth = 0
    do {
      const here = this.#source.slice(this.#at, this.#at + 2)
      if (here === "") this.#fail("a comment is not closed", start)
      if (here === "(;") depth++
      if (here === ";)") depth--
      this.#at += here === "(;" || here === ";)" ? 2 : 1
    } while (depth > 0)
  }

  #match(pattern: RegExp, otherwise: string): string {
    pattern.lastIndex = this.#at
    const [found] = pattern.exec(this.#source) ?? this.#fail(otherwise, this.#at)
    this.#at += found.length
    return found
  }

  #fail(what: string, at: number): never {
    throw new Error(`line ${lineCounter(this.#source)(at)}: ${what}`)
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  t: "\t",
  n: "\n",
  r: "\r",
  '"': '"',
  "'": "'",
  "\\": "\\"
}
const utf8 = new TextEncoder()

/** What a string in its quotes stands for. Parts are encoded apart: `\hh` is a byte, not a character. */
const bytesOf = (quoted: string): Uint8Array<ArrayBuffer> => {
  const inside = quoted.slice(1, -1)
  if (!inside.includes("\\")) return utf8.encode(inside)
  const bytes: Array<number> = []
  for (const [part, hex, code] of inside.matchAll(
    /\\([0-9a-fA-F]{2})|\\u\{([0-9a-fA-F_]+)\}|\\[\s\S]|[^\\]+/g
  )) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else if (code !== undefined)
      bytes.push(...utf8.encode(String.fromCodePoint(Number.parseInt(code.replaceAll("_", ""), 16))))
    else
      for (const byte of utf8.encode(part.startsWith("\\") ? (ESCAPES[part[1] ?? ""] ?? "") : part))
        bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}
