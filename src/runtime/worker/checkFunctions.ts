import { LimitExceeded } from "../../outcome/RefusedReason.ts"
import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Body, Module } from "../../wasm/Module.ts"
import { type Mnemonic, OPCODES } from "../../wasm/Opcodes.ts"
import { bodiesOf } from "../../wasm/sectionOf.ts"
import type { RunPolicy } from "../RunPolicy.ts"

/**
 * Whether each function can be compiled and called within bounds, by what the meter found out about its frame.
 *
 * V8 compiles a function when it is first called, where neither fuel nor a deadline nor a termination can stop
 * it. Its baseline compiler keeps a copy of all slots for every label and branch: 700 kB of blocks over 4,096
 * locals took 10 s, five times as much all the memory of the process. The product is therefore bounded. The
 * number of labels is counted only in bodies that are long enough to matter.
 */
export const checkFunctions = (
  module: Module,
  frameSlots: ReadonlyArray<number>,
  policy: RunPolicy
): LimitExceeded | undefined => {
  const bodies = bodiesOf(module)
  const imported = frameSlots.length - bodies.length
  const reader = new InstructionReader(module.bytes, 0, 0)
  for (const [index, body] of bodies.entries()) {
    const slots = frameSlots[imported + index] ?? 0
    const over = checkFunction(reader, body, slots, policy)
    if (over !== undefined) return over
  }
  return undefined
}

const checkFunction = (
  reader: InstructionReader,
  { code }: Body,
  slots: number,
  policy: RunPolicy
): LimitExceeded | undefined => {
  if (slots > policy.frameSlotsMax) return new LimitExceeded("frameSlotsMax", policy.frameSlotsMax, slots)
  // A label or a branch takes two bytes at least, a label's `end` one more.
  const most = (code.end - code.start) / 2
  if (most * slots <= policy.compileSlotsMax && most <= policy.nestingMax) return undefined
  reader.reset(code.start, code.end)
  const { labels, nesting } = countLabels(reader)
  if (nesting > policy.nestingMax) return new LimitExceeded("nestingMax", policy.nestingMax, nesting)
  if (labels * slots > policy.compileSlotsMax)
    return new LimitExceeded("compileSlotsMax", policy.compileSlotsMax, labels * slots)
  return undefined
}

/** How many labels there are and branches to them, and how deep the labels lie in one another. */
const countLabels = (reader: InstructionReader): { readonly labels: number; readonly nesting: number } => {
  let labels = 0
  let depth = 0
  let nesting = 0
  while (reader.next()) {
    const kind = KIND[reader.op] ?? NONE
    if (kind === NONE) continue
    if (kind === TABLE) labels += reader.labelCount + 1
    else if (kind === CLOSES) depth -= 1
    else labels += 1
    if (kind === OPENS) nesting = Math.max(nesting, ++depth)
  }
  return { labels, nesting }
}

const NONE = 0
const OPENS = 1
const CLOSES = 2
const BRANCHES = 3
const TABLE = 4

const kindOf = (mnemonic: Mnemonic): number => {
  if (/^(block|loop|if|try|try_table)$/.test(mnemonic)) return OPENS
  if (/^(end|delegate)$/.test(mnemonic)) return CLOSES
  if (/^(else|catch|catch_all|br|br_if|br_on_.*)$/.test(mnemonic)) return BRANCHES
  return mnemonic === "br_table" ? TABLE : NONE
}
const KIND = Uint8Array.from(OPCODES, ({ mnemonic }) => kindOf(mnemonic))
