/**
 * The examples in doc comments: lines of code whose value stands behind `// =>`.
 *
 *     const left = 40
 *     left + 2 // => 42
 *
 * An example is a paragraph of a doc comment that has such a line in it. Each `// =>` asks for the expression that
 * ends on its line; what stands before belongs to it or prepares it, and names stay for what follows. A value
 * that needs more than a line goes on in lines that are comments too. Code outside a doc comment is not read.
 */
export interface Example {
  /** Path and line, for people. */
  readonly where: string
  readonly steps: ReadonlyArray<Step>
}

export interface Step {
  /** Statements, the last of which is the expression that is asked for. */
  readonly code: string
  /** An expression, in the same scope. */
  readonly expected: string
}

const ARROW = /^(.*?)\/\/ =>\s*(.*)$/

export const readExamples = (path: string, text: string): ReadonlyArray<Example> =>
  [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const first = text.slice(0, comment.index).split("\n").length
    return paragraphs(comment[0], first)
      .filter(({ lines }) => lines.some((line) => ARROW.test(line)))
      .map(({ lines, line }) => ({ where: `${path}:${line}`, steps: steps(lines) }))
  })

/** Stretches of lines of a comment without an empty one between; a tag or a fence ends one too. */
const paragraphs = (comment: string, first: number) => {
  const found: Array<{ readonly line: number; readonly lines: Array<string> }> = []
  let open = false
  for (const [i, raw] of comment.split("\n").entries()) {
    const line = raw.replace(/^\s*\/?\*+\/?/, "").replace(/\*\/$/, "")
    if (line.trim() === "" || /^\s*(@\w+|```.*)$/.test(line)) open = false
    else if (open) found.at(-1)?.lines.push(line)
    else {
      found.push({ line: first + i, lines: [line] })
      open = true
    }
  }
  return found
}

const steps = (lines: ReadonlyArray<string>): ReadonlyArray<Step> => {
  const found: Array<{ readonly code: string; expected: string }> = []
  let pending: Array<string> = []
  for (const line of lines) {
    const [, code, expected] = ARROW.exec(line) ?? []
    const last = found.at(-1)
    if (code !== undefined && expected !== undefined) {
      found.push({ code: [...pending, code].join("\n"), expected })
      pending = []
    } else if (last !== undefined && pending.length === 0 && /^\s*\/\//.test(line))
      last.expected += `\n${line.replace(/^\s*\/\//, "")}`
    else pending.push(line)
  }
  return found
}
