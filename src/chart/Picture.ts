/**
 * What is to be seen, before anybody has decided where: boxes, frames around them, edges between them, and on each
 * its lines of text. The two pictures (SVG, Mermaid) are made from this, so they show the same.
 */
export interface Picture {
  /** A name for a title and for whoever cannot see. */
  readonly title: string
  /** The same in words. */
  readonly description: string
  readonly heading: ReadonlyArray<Line>
  readonly frames: ReadonlyArray<Frame>
  readonly boxes: ReadonlyArray<Box>
  readonly edges: ReadonlyArray<Edge>
}

/** How a thing stands to the path: there is none, on it, perhaps on it, on it but not on the chart, off it. */
export type Tone = "plain" | "taken" | "perhaps" | "stray" | "pale"

export interface Line {
  readonly text: string
  readonly tone: Tone
  readonly font: "title" | "name" | "small"
  /** The numbers of steps, shown as a badge before the text. */
  readonly badge: string
}

/** A compound or parallel state, around its inner ones. */
export interface Frame {
  readonly id: string
  /** The frame that it stands in. */
  readonly within: string | undefined
  readonly lines: ReadonlyArray<Line>
  readonly tone: Tone
  readonly parallel: boolean
}

export interface Box {
  readonly id: string
  readonly within: string | undefined
  /** `start` is the dot before the first state; `anywhere` stands for every state of the frame that it is in. */
  readonly kind: "state" | "final" | "start" | "history" | "anywhere"
  readonly lines: ReadonlyArray<Line>
  readonly tone: Tone
}

export interface Edge {
  readonly id: string
  readonly tail: string
  readonly head: string
  /** The frame at whose border the edge begins or ends, where it is not the box itself. */
  readonly tailFrame: string | undefined
  readonly headFrame: string | undefined
  readonly lines: ReadonlyArray<Line>
  readonly tone: Tone
}

export const lineOf = (
  text: string,
  tone: Tone = "plain",
  font: Line["font"] = "small",
  badge = ""
): Line => ({ text, tone, font, badge })
