import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Analyser, analyse } from "../forensics/Analyser.ts"
import { BadDump, describeBadDump } from "../forensics/BadDump.ts"
import type { Dump } from "../forensics/Dump.ts"
import { decodeDump } from "../forensics/decodeDump.ts"
import { describeDump } from "../forensics/describeDump.ts"
import { describeStack } from "../forensics/describeStack.ts"
import { dumpToJson } from "../forensics/dumpToJson.ts"
import { parseHexPattern } from "../forensics/findPattern.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import { Refused } from "../outcome/Refused.ts"
import { type BadArguments, describeRefusedReason } from "../outcome/RefusedReason.ts"
import { visible } from "../outcome/visible.ts"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import { readBounded } from "./files.ts"
import { readCount } from "./policyOptions.ts"
import { printErr, printJson, printOut } from "./print.ts"
import type { Invocation } from "./program.ts"
import { reportReason, reportRefused } from "./reportOutcome.ts"

/**
 * `munition inspect`: a dump described as a whole, or the answers to what was asked of it.
 *
 * Several questions may be asked at once; they are answered in the order of the help, as JSON under one key each.
 */
export const inspect = ({ args, options }: Invocation): Promise<Ending> => {
  const [file = ""] = args
  const json = options["json"] === true
  const questions = readQuestions(options)
  if (questions instanceof UsageProblem) return Promise.resolve(questions)
  const answering = readBounded(file, "dumpBytesMax", DUMP_FILE_BYTES_MAX).pipe(
    Effect.flatMap((bytes) => decodeDump(bytes, { bytesMax: MEMORY_BYTES_MAX })),
    Effect.map((dump) => answer(dump, questions)),
    Effect.result
  )
  return Effect.runPromise(answering).then((answered) => {
    if (Result.isFailure(answered)) {
      const { failure } = answered
      return failure instanceof BadDump
        ? reportReason({ ...failure }, describeBadDump(failure), json)
        : reportRefused(failure, json)
    }
    const { problem, object, text, note } = answered.success
    if (problem !== undefined)
      return isMissing(problem)
        ? reportReason({ ...problem }, `the memory is missing: ${problem.why}`, json)
        : reportRefused(new Refused(problem), json)
    if (json) printJson(object)
    else printOut(text)
    if (note !== undefined) printErr(`note: ${note}\n`)
    return EXIT.done
  })
}

/** Four times what a capture takes by default; reading costs a stranger's file at worst 5 µs a byte. */
const DUMP_FILE_BYTES_MAX = 2 ** 30

interface Questions {
  readonly memoryIndex: number
  readonly hex: { readonly offset: number; readonly length: number } | undefined
  readonly strings: boolean
  readonly find: Uint8Array | undefined
  readonly stack: boolean
}

const readQuestions = (options: Invocation["options"]): Questions | UsageProblem => {
  const memoryIndex = readCount(String(options["memory"]))
  if (memoryIndex === undefined)
    return new UsageProblem(`--memory: expected a whole number, got ${JSON.stringify(options["memory"])}`)
  const [offset, length] = String(options["hex"] ?? "0,0")
    .split(",")
    .map(readCount)
  if (offset === undefined || length === undefined)
    return new UsageProblem(`--hex: expected an offset and a length, got ${JSON.stringify(options["hex"])}`)
  const find = options["find"] === undefined ? undefined : parseHexPattern(String(options["find"]))
  if (find !== undefined && Result.isFailure(find))
    return new UsageProblem(`--find: ${describeRefusedReason(find.failure)}`)
  return {
    memoryIndex,
    hex: options["hex"] === undefined ? undefined : { offset, length },
    strings: options["strings"] === true,
    find: find?.success,
    stack: options["stack"] === true
  }
}

interface Answer {
  /** Why there is none. */
  readonly problem: BadArguments | Missing | undefined
  readonly object: object
  readonly text: string
  readonly note: string | undefined
}

const answer = (dump: Dump, questions: Questions): Answer => {
  const { memoryIndex, hex, strings, find, stack } = questions
  const skipped = dump.skipped.map(({ id }) => id).join(", ")
  const note = skipped === "" ? undefined : `sections of a newer version were passed over: ${skipped}`
  const none = { problem: undefined, object: {}, text: "", note }
  if (hex === undefined && !strings && find === undefined && !stack)
    return { ...none, object: dumpToJson(dump), text: describeDump(dump) }
  const ofStack = stack ? [stackPart(dump)] : []
  const parts = (analyser: Analyser | undefined): ReadonlyArray<Result.Result<Part, BadArguments>> =>
    analyser === undefined
      ? []
      : [
          ...(hex === undefined ? [] : [hexPart(analyser, hex)]),
          ...(strings ? [stringsPart(analyser)] : []),
          ...(find === undefined ? [] : [findPart(analyser, find)])
        ]
  const asksMemory = hex !== undefined || strings || find !== undefined
  const memory = asksMemory ? analyse(dump, memoryIndex) : undefined
  if (memory !== undefined && Result.isFailure(memory)) return { ...none, problem: memory.failure }
  const answers = parts(memory?.success)
  const failed = answers.find(Result.isFailure)
  if (failed !== undefined) return { ...none, problem: failed.failure }
  const given = [...answers.filter(Result.isSuccess).map(({ success }) => success), ...ofStack]
  return {
    ...none,
    object: {
      ...(asksMemory ? { memory: memoryIndex } : {}),
      ...Object.fromEntries(given.map(({ name, value }) => [name, value]))
    },
    text: given.map(({ lines }) => lines.map((line) => `${line}\n`).join("")).join("\n")
  }
}

interface Part {
  readonly name: string
  readonly value: unknown
  readonly lines: ReadonlyArray<string>
}

const hexPart = (
  analyser: Analyser,
  { offset, length }: { readonly offset: number; readonly length: number }
) =>
  Result.map(
    analyser.hex(offset, length),
    (lines): Part => ({
      name: "hex",
      value: { offset, length, bytes: toHex(analyser, offset, length) },
      lines
    })
  )

const toHex = (analyser: Analyser, offset: number, length: number): string => {
  const bytes = analyser.bytes(offset, length)
  return Result.isSuccess(bytes) ? Buffer.from(bytes.success).toString("hex") : ""
}

const stringsPart = (analyser: Analyser) =>
  Result.map(
    analyser.strings(),
    ({ strings, more }): Part => ({
      name: "strings",
      value: { strings, more },
      lines: [
        ...strings.map(({ offset, text, chars }) => {
          const shown = [...text].length
          return `${address(offset)}  ${visible(text)}${chars > shown ? `… (${chars} characters)` : ""}`
        }),
        ...(more ? [`… and more than these ${strings.length}`] : [])
      ]
    })
  )

const findPart = (analyser: Analyser, pattern: Uint8Array) =>
  Result.map(
    analyser.find(pattern),
    ({ offsets, more }): Part => ({
      name: "find",
      value: { offsets, more },
      lines: [
        ...(offsets.length === 0 ? ["not found"] : offsets.map(address)),
        ...(more ? [`… and more than these ${offsets.length}`] : [])
      ]
    })
  )

const stackPart = ({ stack }: Dump): Part => ({
  name: "stack",
  value: isMissing(stack) ? { missing: stack.why } : stack,
  lines: isMissing(stack)
    ? [`missing: ${visible(stack.why)}`]
    : stack.length === 0
      ? ["none"]
      : describeStack(stack)
})

const address = (offset: number): string => offset.toString(16).padStart(8, "0")

/**
 * Bytes of all memories of a dump together. A kilobyte can stand for 4 GiB of zeros, over which statistics and hashes
 * take a minute and a half; over this much they take seconds. A firing captures a quarter of it unless told otherwise.
 */
const MEMORY_BYTES_MAX = 2 ** 30
