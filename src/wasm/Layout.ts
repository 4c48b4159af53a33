/**
 * The shapes that an instruction's immediates can have, each with a name and a number.
 *
 * Few enough to switch over, and by name because the opcode table is read by people. The comments say in which
 * fields of `InstructionReader` and `Instruction` the immediates are. The order matters: the commonest two
 * groups are ranges, so that the reader tells them by one comparison.
 */
export const LAYOUT_NAMES = [
  "none",
  // One index or count, in a.
  "label",
  "func",
  "type",
  "local",
  "global",
  "table",
  "memory",
  "tag",
  "data",
  "elem",
  // Two of them, in a and b.
  "typeTable",
  "typeField",
  "typeCount",
  "typeType", //      type of the destination, type of the source
  "typeData",
  "typeElem",
  "dataMemory",
  "elemTable",
  "memoryMemory", //  memory written, memory read
  "tableTable", //    table written, table read
  // Everything else.
  "memarg", //        a: alignment exponent, b: memory, c: offset, flags: the field that held a
  "i32", //           a: the constant, signed
  "block", //         a: block type as s33; b: heap type, where a is REF or REF_NULL
  "brTable", //       a: default label; labelCount, label(i)
  "memargLane", //    as memarg; d: lane
  "lane", //          d: lane
  "heap", //          a: heap type
  "cast", //          a: label, b: heap type before, c: heap type after, flags: 1 before nullable, 2 after
  "selectTypes", //   typeCount, typeCode(i), typeHeap(i)
  "tryTable", //      a, b: as block; catchCount, catchKind(i), catchTag(i), catchLabel(i)
  "i64", //           i64()
  "f32", //           four bytes at immediate
  "f64", //           eight bytes at immediate
  "v128", //          sixteen bytes at immediate
  "shuffle", //       sixteen lanes at immediate
  "fence" //          nothing: one zero byte
] as const

export type LayoutName = (typeof LAYOUT_NAMES)[number]

// The one cast: `fromEntries` forgets that its keys were the names.
export const Layout = Object.freeze(
  Object.fromEntries(LAYOUT_NAMES.map((name, index) => [name, index])) as Record<LayoutName, number>
)
