import { describe, expect, it } from "vitest"
import { ROW_NAMES, readPoolOptions } from "./poolOptions.ts"

describe("the command line of the bench of the pools", () => {
  it("measures every row where none is named, and the named ones in the order of the table", () => {
    expect(readPoolOptions([]).rows).toEqual(ROW_NAMES)
    expect(readPoolOptions(["--row", "writes", "--row", "add"]).rows).toEqual(["add", "writes"])
  })

  it("refuses a row that there is not, and names those that there are", () => {
    expect(() => readPoolOptions(["--row", "ad"])).toThrow(/--row: expected one of add, .*; got ad/)
  })

  it("refuses fewer rounds than have a median, and takes as many", () => {
    expect(() => readPoolOptions(["--rounds", "4"])).toThrow("--rounds: expected an integer 5..1000, got 4")
    expect(readPoolOptions(["--rounds", "5"]).rounds).toBe(5)
  })

  it("writes no raw lines of two rows", () => {
    expect(() => readPoolOptions(["--raw"])).toThrow("--raw: expected one --row, got 7")
  })
})
