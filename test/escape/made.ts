import { body, exported, module, repeat, section, uleb } from "../guests/assemble.ts"

/** Modules that only a row of the checklist needs, too large or too wrong to be files. */

const END = 0x0b
const NULLARY = section(1, 1, [0x60, 0, 0])
const MAIN = [section(3, 1, [0]), section(7, 1, exported("main", 0))]

/** `main`, without parameters, of these instructions. */
export const mainOf = (...code: ReadonlyArray<number>): Uint8Array<ArrayBuffer> =>
  module(NULLARY, ...MAIN, section(10, 1, body([], code, [END])))

/** `main`, a straight run of so many divisions: three units each. */
export const divisions = (count: number): Uint8Array<ArrayBuffer> =>
  module(
    NULLARY,
    ...MAIN,
    // i32.const 9, i32.const 3, i32.div_u, drop
    section(10, 1, body([], repeat(count, [0x41, 9, 0x41, 3, 0x6e, 0x1a]), [END]))
  )

/** `main` loops for ever through so many blocks, each left by a branch that is not taken. */
export const branches = (count: number): Uint8Array<ArrayBuffer> =>
  module(
    NULLARY,
    ...MAIN,
    // loop, (block, i32.const 0, br_if 0, end) over and over, br 0, end
    section(
      10,
      1,
      body([], [0x03, 0x40], repeat(count, [0x02, 0x40, 0x41, 0, 0x0d, 0, END]), [0x0c, 0, END, END])
    )
  )

/** `main` calls a function of so many locals for ever. */
export const callsOfLocals = (locals: number): Uint8Array<ArrayBuffer> =>
  module(
    NULLARY,
    section(3, 2, [0, 0]),
    section(7, 1, exported("main", 1)),
    section(10, 2, body([[locals, 0x7e]], [END]), body([], [0x03, 0x40, 0x10, 0, 0x0c, 0, END, END]))
  )

/** One function under so many names. */
export const exportsOf = (count: number): Uint8Array<ArrayBuffer> =>
  module(
    NULLARY,
    section(3, 1, [0]),
    section(
      7,
      count,
      Buffer.concat(Array.from({ length: count }, (_, i) => Uint8Array.from(exported(`e${i}`, 0))))
    ),
    section(10, 1, body([], [END]))
  )

/** A function of so many parameters. */
export const parametersOf = (count: number): Uint8Array<ArrayBuffer> =>
  module(
    section(1, 1, [0x60, ...uleb(count), ...repeat(count, [0x7f]), 0]),
    ...MAIN,
    section(10, 1, body([], [END]))
  )

/** So many functions that do nothing. */
export const functionsOf = (count: number): Uint8Array<ArrayBuffer> =>
  module(
    NULLARY,
    section(3, count, repeat(count, [0])),
    section(7, 1, exported("main", 0)),
    section(10, count, repeat(count, [2, 0, END]))
  )

/** `main`: one `br_table` of so many targets. */
export const branchTable = (targets: number): Uint8Array<ArrayBuffer> =>
  mainOf(0x41, 0, 0x0e, ...uleb(targets), ...repeat(targets + 1, [0]))
