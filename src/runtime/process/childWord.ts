import { LOG_LEVELS, type LogRecord } from "../../host/builtin/log.ts"
import type { HostValue } from "../../host/HostDeclaration.ts"
import { visible } from "../../outcome/visible.ts"
import type { FromChild } from "../worker/childMessages.ts"
import type { RemoteQuestion } from "../worker/RemoteCalls.ts"
import {
  bytes,
  count,
  duration,
  integer,
  list,
  literal,
  record,
  type Shape,
  tagged,
  text,
  Wrong
} from "./Shape.ts"

/** A message of a child, all but its report checked for its shape: what a report must be depends on what was asked. */
export type ChildWord =
  | Exclude<FromChild, { readonly kind: "report" }>
  | { readonly kind: "report"; readonly firing: number; readonly report: unknown }

type Word<Kind> = Extract<ChildWord, { readonly kind: Kind }>

const value: Shape<HostValue> = (given) =>
  typeof given === "number" || typeof given === "bigint" ? given : new Wrong("", "a number or bigint", given)

const anything: Shape<unknown> = (given) => given

/** One line that cannot act on a terminal, whoever wrote it. */
const line =
  (lengthMax: number): Shape<string> =>
  (given) =>
    typeof given === "string" ? visible(given, lengthMax) : new Wrong("", "text", given)

/** A line of 4,096 bytes, each of them an escape. */
const LOG_TEXT_MAX = 2 ** 16
const CAUSE_MAX = 1_024

export const childWord: Shape<ChildWord> = tagged<ChildWord>("kind", {
  pulse: record<Word<"pulse">>({ kind: literal("pulse"), running: integer, silentMs: duration }),
  log: record<Word<"log">>({
    kind: literal("log"),
    firing: count,
    record: record<LogRecord>({
      level: literal(...LOG_LEVELS),
      text: line(LOG_TEXT_MAX),
      bytes: count,
      notes: list(literal("cut", "invalid UTF-8 replaced", "later lines dropped"), 3)
    })
  }),
  report: record<Word<"report">>({ kind: literal("report"), firing: count, report: anything }),
  unsent: record<Word<"unsent">>({ kind: literal("unsent"), firing: count, cause: line(CAUSE_MAX) }),
  question: record<Word<"question">>({
    kind: literal("question"),
    remote: count,
    question: record<RemoteQuestion>({
      module: text,
      name: text,
      args: list(value, 1_000),
      reads: list(bytes, 1_000)
    })
  }),
  lost: record<Word<"lost">>({ kind: literal("lost"), cause: line(CAUSE_MAX) })
})
