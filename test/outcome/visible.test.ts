import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { visible } from "../../src/outcome/visible.ts"

describe("a guest's text", () => {
  it("shows control characters, line separators, direction marks and lone surrogates as escapes", () => {
    expect(visible("a\nb\tc\u001b[2J\u202ed\u2028\ud800\u0000")).toBe(
      "a\\nb\\tc\\u{1b}[2J\\u{202e}d\\u{2028}\\u{d800}\\u{0}"
    )
  })

  it("stays as it is when a person can read it", () => {
    expect(visible("Grüße, 世界 🌍 C:\\dir")).toBe("Grüße, 世界 🌍 C:\\dir")
  })

  it("is cut at the bound, and says how long it was", () => {
    expect(visible("abcd", 4)).toBe("abcd")
    expect(visible("abcde", 4)).toBe("abcd… (5 characters)")
  })

  it("law: shown, it is well-formed and has nothing that moves a cursor", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = visible(text)
        return shown.isWellFormed() && !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(shown)
      })
    )
  })
})
