import type { Line } from "./Picture.ts"
import { widthOf } from "./words.ts"

/** How much room lines of text take: what the layout reserves and the drawing fills. */
export interface Size {
  readonly width: number
  readonly height: number
}

export interface Rect extends Size {
  readonly x: number
  readonly y: number
}

export const FONT_SIZE = { title: 16, name: 13, small: 11 } as const
export const LINE_HEIGHT = { title: 24, name: 18, small: 15 } as const

/** Whether a line is set in bold: what happened must be told from what did not without colours, too. */
export const isBold = ({ font, tone, badge }: Line): boolean =>
  font !== "small" || badge !== "" || tone === "stray"

export const lineWidth = (line: Line): number =>
  badgeWidth(line) + widthOf(line.text, FONT_SIZE[line.font], isBold(line))

/** The badge and the gap after it. */
export const badgeWidth = ({ badge }: Line): number =>
  badge === "" ? 0 : Math.max(BADGE_HEIGHT, widthOf(badge, FONT_SIZE.small, true) + 8) + BADGE_GAP

export const BADGE_HEIGHT = 14
export const BADGE_GAP = 5

export const sizeOf = (lines: ReadonlyArray<Line>): Size => ({
  width: Math.max(0, ...lines.map(lineWidth)),
  height: lines.reduce((sum, { font }) => sum + LINE_HEIGHT[font], 0)
})
