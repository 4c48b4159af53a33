import type { Edge, Line, Picture, Tone } from "./Picture.ts"

/**
 * A picture as a Mermaid state diagram, which forges and editors show in Markdown.
 *
 * States have numbers for names, and what people called them is a label in which every character that could mean
 * something to Mermaid, or to HTML, is written by its code. Mermaid can neither dash nor thicken one edge, so there
 * a path is told by its words: the step's number comes first.
 */
export const toMermaid = (picture: Picture): string => {
  const notes = picture.heading.filter(({ font }) => font !== "title")
  const warnings = notes.filter(({ tone }) => tone === "stray")
  const ends = picture.boxes.filter(({ kind }) => kind === "final")
  const lines = [
    "stateDiagram-v2",
    `  accTitle: ${encode(picture.title)}`,
    ...notes.map(({ text }) => `  %% ${encode(text)}`),
    // A title is for whoever cannot see, and a comment for nobody: a warning is a box of its own.
    ...(warnings.length === 0 ? [] : [`  state "${textOf(warnings)}" as warning`]),
    ...membersOf(picture, undefined, "  "),
    ...picture.edges
      .filter(({ tail }) => startedBy(picture, tail)?.within === undefined)
      .map((edge) => `  ${edgeText(picture, edge)}`),
    ...ends.filter(({ within }) => within === undefined).map(({ id }) => `  ${id} --> [*]`),
    ...emphasisOf(picture, warnings.length > 0)
  ]
  return `${lines.join("\n")}\n`
}

/** The states of a frame and where it begins; every other edge stands outside, where Mermaid ties any to any. */
const membersOf = (picture: Picture, within: string | undefined, indent: string): ReadonlyArray<string> => [
  ...picture.boxes
    .filter((box) => box.within === within && box.kind !== "start")
    .map(({ id, lines }) => `${indent}state "${textOf(lines)}" as ${id}`),
  ...picture.frames
    .filter((frame) => frame.within === within)
    .flatMap(({ id, lines }) => [
      `${indent}state "${textOf(lines)}" as ${id} {`,
      ...membersOf(picture, id, `${indent}  `),
      ...picture.edges
        .filter(({ tail }) => startedBy(picture, tail)?.within === id)
        .map((edge) => `${indent}  ${edgeText(picture, edge)}`),
      `${indent}}`
    ])
]

const startedBy = (picture: Picture, id: string) =>
  picture.boxes.find((box) => box.id === id && box.kind === "start")

const edgeText = (picture: Picture, { tail, tailFrame, head, headFrame, lines }: Edge): string => {
  const from = startedBy(picture, tail) === undefined ? (tailFrame ?? tail) : "[*]"
  const label = lines.length === 0 ? "" : ` : ${textOf(lines)}`
  return `${from} --> ${headFrame ?? begunAt(picture, head)}${label}`
}

/** An edge to the dot at which a frame begins goes on to where the dot leads: in Mermaid it has no name. */
const begunAt = (picture: Picture, head: string): string => {
  if (startedBy(picture, head) === undefined) return head
  const next = picture.edges.find(({ tail }) => tail === head)
  return next === undefined ? head : (next.headFrame ?? begunAt(picture, next.head))
}

const textOf = (lines: ReadonlyArray<Line>): string =>
  lines.map(({ text, badge }) => encode(badge === "" ? text : `(${badge}) ${text}`)).join("<br>")

/** Whatever is neither a letter, a digit nor harmless, by its code point. */
const encode = (text: string): string =>
  text.replace(/[^A-Za-z0-9 _.,()?]/gu, (one) => `#${one.codePointAt(0) ?? 0};`)

const emphasisOf = ({ boxes, frames }: Picture, warned: boolean): ReadonlyArray<string> =>
  Object.entries(STYLES).flatMap(([tone, style]) => {
    const drawn = [...frames, ...boxes.filter(({ kind }) => kind !== "start")]
    const ids = drawn.filter((one) => one.tone === tone).map(({ id }) => id)
    if (warned && tone === "stray") ids.push("warning")
    return ids.length === 0 ? [] : [`  classDef ${tone} ${style}`, `  class ${ids.join(",")} ${tone}`]
  })

const STYLES: Readonly<Partial<Record<Tone, string>>> = {
  taken: "fill:#e3eefa,stroke:#0b5394,stroke-width:3px,color:#08335c",
  perhaps: "fill:#ffffff,stroke:#0b5394,stroke-dasharray:6 3,color:#08335c",
  stray: "fill:#fdecea,stroke:#b42318,stroke-dasharray:2 3,color:#8a1a11",
  pale: "fill:#ffffff,stroke:#c3cad4,color:#7a8594"
}
