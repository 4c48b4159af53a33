import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  encodeFrame,
  type Frame,
  FrameReader,
  PARTS_MAX,
  TEXT_BYTES_MAX,
  tooLarge,
  VALUES_MAX
} from "../../../src/runtime/worker/Frames.ts"

/** What a reader makes of the bytes, given in pieces of these sizes, again and again. */
const read = (
  bytes: Uint8Array,
  sizes: ReadonlyArray<number>,
  bounds: Partial<Record<"textBytesMax" | "partBytesMax" | "valuesMax", number>> = {}
): { readonly frames: ReadonlyArray<Frame>; readonly wrong: string | undefined } => {
  const frames: Array<Frame> = []
  const { textBytesMax = 1_000, partBytesMax = 1_000, valuesMax = 1_000 } = bounds
  const reader = new FrameReader(
    { textBytesMax: () => textBytesMax, partsMax: 100, partBytesMax: () => partBytesMax, valuesMax },
    (frame) => void frames.push(frame)
  )
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    const wrong = reader.push(bytes.subarray(at, at + size))
    if (wrong !== undefined) return { frames, wrong }
    at += size
  }
  return { frames, wrong: undefined }
}

const parts = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 5 })
const frames = fc.array(fc.record({ text: fc.string({ unit: "grapheme", maxLength: 20 }), parts }), {
  maxLength: 4
})
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

const bytesOf = (frame: Frame): Uint8Array => Buffer.concat(encodeFrame(frame))
const ofText = (text: string): Frame => ({ text, parts: [] })

describe("frames", () => {
  it("come out as they went in, however the channel cuts them", () => {
    fc.assert(
      fc.property(frames, sizes, (given, pieces) => {
        const { frames: got, wrong } = read(Buffer.concat(given.map(bytesOf)), pieces)
        expect(wrong).toBeUndefined()
        expect(got).toEqual(given)
      })
    )
  })

  it("of any bytes at all are frames within the bounds, or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), sizes, (bytes, pieces) => {
        for (const { text, parts } of read(bytes, pieces).frames) {
          expect(text.length).toBeLessThanOrEqual(1_000)
          expect(parts.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(1_000)
        }
      })
    )
  })

  it.each([
    ["a text at the bound", { textBytesMax: 7 }, undefined],
    ["a text above it", { textBytesMax: 6 }, "text: expected at most 6, got 7"],
    ["as many values as the bound", { valuesMax: 4 }, undefined],
    ["one value more", { valuesMax: 3 }, "values: expected at most 3, got 4"]
  ])("are held to their bounds: %s", (_, bounds, wrong) => {
    expect(read(bytesOf(ofText("[[],[]]")), [99], bounds).wrong).toBe(wrong)
  })
})

describe("a frame that is sent", () => {
  it.each([
    ["text", ofText("x".repeat(Math.floor(TEXT_BYTES_MAX / 3))), ofText("x".repeat(TEXT_BYTES_MAX / 3 + 1))],
    ["values", ofText(`${"x,".repeat(VALUES_MAX)}x`), ofText(`${"x,".repeat(VALUES_MAX)},`)],
    [
      "parts",
      { text: "", parts: new Array(PARTS_MAX).fill(new Uint8Array()) },
      { text: "", parts: new Array(PARTS_MAX + 1).fill(new Uint8Array()) }
    ]
  ])("is too large above what its reader bears, and not at it: %s", (_, most, more) => {
    expect(tooLarge(most)).toBeUndefined()
    expect(tooLarge(more)).toMatch(/expected at most/)
  })
})
