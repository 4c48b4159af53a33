import { isMissing } from "../../src/outcome/Missing.ts"
import type { Expected, ExpectedReason, Firing, Header, Range } from "./Header.ts"
import type { Fire, Reason, Report } from "./Report.ts"

/**
 * Fires what a guest's header says, one firing after the other, and holds each to what it expects.
 *
 * *Returns* what was not as expected, a sentence each with file and line; nothing when all held. Besides the
 * header's own lines, three laws hold for every firing: fuel used and fuel remaining are the fuel allocated, a
 * life ends in `cleaned`, and it passes through `captured` exactly when it crashed.
 */
export const runGuest = async (
  header: Header,
  wasm: Uint8Array<ArrayBuffer>,
  fire: Fire
): Promise<ReadonlyArray<string>> => {
  const wrong: string[] = []
  for (const firing of header.firings) wrong.push(...(await runFiring(header.path, firing, wasm, fire)))
  return wrong
}

export const runFiring = async (
  path: string,
  firing: Firing,
  wasm: Uint8Array<ArrayBuffer>,
  fire: Fire
): Promise<ReadonlyArray<string>> => {
  const report = await fire(wasm, firing.functionName, firing.args, firing.options)
  const differences = [
    ...compareEnding(firing.expected, report),
    ...compareRest(firing.expected, report),
    ...laws(report)
  ]
  return differences.map((what) => `${path}:${firing.line}: ${what}`)
}

const compareEnding = ({ ending }: Expected, report: Report): ReadonlyArray<string> => {
  const wanted =
    ending.outcome === "returned"
      ? `returned ${ending.values.map((v) => `${v.type} ${v.value}`).join(", ")}`.trim()
      : `${ending.outcome} ${ending.anyOf.map((r) => `${r.tag} ${r.detail ?? ""}`.trim()).join(" | ")}`
  const holds =
    ending.outcome === "returned"
      ? report.outcome === "returned" &&
        ending.values.length === report.values?.length &&
        ending.values.every((v, i) => {
          const got = report.values?.[i]
          return v.type === got?.type && (v.value === "_" || v.value === got.value)
        })
      : report.outcome === ending.outcome && ending.anyOf.some((r) => matches(r, report.reason))
  return holds ? [] : [`expected ${wanted}, got ${showReport(report)}`]
}

const showReport = (report: Report): string =>
  report.outcome === "returned"
    ? `returned ${(report.values ?? []).map((v) => `${v.type} ${v.value}`).join(", ")}`.trim()
    : `${report.outcome} ${JSON.stringify(report.reason)}`

/** The field, or fields, of a reason that a header's line names after the tag. */
const DETAILS: Readonly<Record<string, (reason: Reason) => string>> = {
  Trapped: (r) => String(r["kind"]),
  GuestException: (r) => [r["tagIndex"], ...(Array.isArray(r["payload"]) ? r["payload"] : [])].join(" "),
  HostFailed: (r) => `${r["module"]}.${r["name"]}`,
  LimitExceeded: (r) => String(r["limit"]),
  CapabilityDenied: (r) =>
    `${r["module"]}.${r["name"]}${r["capability"] === undefined ? "" : ` ${r["capability"]}`}`,
  UnknownFunction: (r) => String(r["name"]),
  BadArguments: (r) => String(r["parameter"]),
  Unsupported: (r) => String(r["feature"])
}

const matches = ({ tag, detail }: ExpectedReason, reason: Reason | undefined): boolean =>
  reason?._tag === tag && (detail === undefined || DETAILS[tag]?.(reason) === detail)

const compareRest = (expected: Expected, report: Report): ReadonlyArray<string> => [
  ...within("fuel used", expected.fuelUsed, report.fuel?.used),
  ...within("host calls", expected.hostCalls, report.hostCalls),
  ...within(
    "pages",
    expected.pages === undefined ? undefined : { min: expected.pages, max: expected.pages },
    report.memory?.pages
  ),
  ...(expected.logs === undefined || JSON.stringify(expected.logs) === JSON.stringify(report.logs)
    ? []
    : [`expected the log ${JSON.stringify(expected.logs)}, got ${JSON.stringify(report.logs)}`]),
  ...expected.memoryAt.flatMap(({ offset, hex }) => {
    const got = readMemory(report, offset, hex.length / 2)
    return got === hex ? [] : [`expected ${hex} at ${offset} of the dump, got ${got}`]
  }),
  ...expected.globals.flatMap(({ globalIndex, value }) => {
    const globals = report.evidence?.globals
    const got = isMissing(globals) ? globals.why : globals?.find((g) => g.globalIndex === globalIndex)?.value
    return got === value ? [] : [`expected global ${globalIndex} = ${value}, got ${JSON.stringify(got)}`]
  })
]

const within = (name: string, range: Range | undefined, got: number | undefined): ReadonlyArray<string> => {
  if (range === undefined) return []
  if (got !== undefined && got >= range.min && got <= range.max) return []
  return [
    `expected ${name} ${range.min === range.max ? range.min : `${range.min}..${range.max}`}, got ${got}`
  ]
}

const readMemory = (report: Report, offset: number, length: number): string => {
  const memories = report.evidence?.memories
  if (memories === undefined || isMissing(memories)) return memories?.why ?? "no evidence"
  const bytes = memories.find((m) => m.memoryIndex === 0)?.bytes
  if (bytes === undefined || isMissing(bytes)) return bytes?.why ?? "no memory 0"
  return Buffer.from(bytes.subarray(offset, offset + length)).toString("hex")
}

const laws = ({ outcome, fuel, lifecycle }: Report): ReadonlyArray<string> => {
  const wrong: string[] = []
  if (fuel !== undefined && (fuel.used + fuel.remaining !== fuel.allocated || fuel.remaining < 0)) {
    wrong.push(`fuel does not add up: ${JSON.stringify(fuel)}`)
  }
  if (lifecycle === undefined) return wrong
  if (outcome === "refused" && lifecycle.length > 0) wrong.push(`refused, but had a life: ${lifecycle}`)
  if (outcome === "refused") return wrong
  if (lifecycle.at(-1) !== "cleaned") wrong.push(`the life does not end in cleaned: ${lifecycle}`)
  if (lifecycle.includes("captured") !== (outcome === "crashed"))
    wrong.push(`${outcome}, but its life is ${lifecycle}`)
  return wrong
}
