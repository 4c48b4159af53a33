import { describe, expect, it } from "vitest"
import { drawBars } from "./drawBars.ts"

const draw = (ratios: ReadonlyArray<number | undefined>, name = "a") =>
  drawBars({
    title: "t",
    series: [{ name: "s", light: "#000000", dark: "#ffffff", printed: true }],
    groups: [{ name: "g", rows: ratios.map((ratio) => ({ name, ratios: [ratio] })) }],
    note: "n"
  })

const bars = (svg: string) =>
  [...svg.matchAll(/<rect class="s0" x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="4"/g)].map((m) => ({
    x: Number(m[1]),
    width: Number(m[2])
  }))

describe("the bar chart", () => {
  it("draws from 1: to the right in proportion to what was added, to the left what was saved", () => {
    const [half, two, three] = bars(draw([0.5, 2, 3]))
    expect(two?.x).toBe(three?.x)
    expect((half?.x ?? 0) + (half?.width ?? 0)).toBeCloseTo(two?.x ?? 0, 0)
    expect((three?.width ?? 0) / (two?.width ?? 1)).toBeCloseTo(2, 1)
    expect((half?.width ?? 0) / (two?.width ?? 1)).toBeCloseTo(0.5, 1)
  })

  it("leaves room for every ratio", () => {
    for (const most of [1, 1.02, 1.6, 4.4, 30, 1_000])
      for (const { x, width } of bars(draw([most, 1]))) expect(x + width).toBeLessThanOrEqual(760)
  })

  it("draws nothing where there is no ratio", () => {
    expect(bars(draw([undefined, 2]))).toHaveLength(1)
  })

  it("takes a name for text, whatever is in it", () => {
    const svg = draw([1], `<script>"&`)
    expect(svg).toContain("&lt;script&gt;&quot;&amp;")
    expect(svg).not.toContain("<script>")
  })
})
