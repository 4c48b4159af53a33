import * as Effect from "effect/Effect"
import { makeRunPolicy } from "../../supervisors/FireOptions.ts"
import { InstanceManager } from "../../supervisors/InstanceManager.ts"
import { describeRefusedReason } from "../outcome/RefusedReason.ts"
import { visible } from "../outcome/visible.ts"
import type { ModuleSummary } from "../runtime/ModuleSummary.ts"
import type { StartedThread } from "../runtime/startThread.ts"
import type { Freshness } from "../wasm/freshness.ts"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import { readBounded } from "./files.ts"
import { settle } from "./manager.ts"
import { MODULE_OPTIONS, policyProblem, readPolicy } from "./policyOptions.ts"
import { printJson, printOut } from "./print.ts"
import type { Invocation } from "./program.ts"
import { reportInterrupted, reportRefused } from "./reportOutcome.ts"

/** `munition validate`: what a firing would check before there is an instance, and what the module offers and wants. */
export const validate = (
  { args, options }: Invocation,
  thread: StartedThread | undefined
): Promise<Ending> => {
  const [file = ""] = args
  const asked = readPolicy(MODULE_OPTIONS, options)
  if (asked instanceof UsageProblem) return Promise.resolve(asked)
  const policy = makeRunPolicy(asked)
  if ("_tag" in policy)
    return Promise.resolve(policyProblem(MODULE_OPTIONS, policy, describeRefusedReason(policy)))
  const json = options["json"] === true
  const allowed = textsOf(options["allowImport"])
  const expectations = {
    requiredExports: textsOf(options["require"]),
    ...(allowed.length > 0 || options["imports"] === false ? { allowedImports: allowed } : {})
  }
  const validation = Effect.flatMap(readBounded(file, "moduleBytesMax", policy.moduleBytesMax), (wasm) =>
    InstanceManager.use((manager) => manager.validate(wasm, { ...policy, ...expectations }))
  )
  return settle(validation, thread).then((settled) => {
    if (settled.kind === "interrupted") return reportInterrupted("SIGINT", { json, dump: undefined })
    if (settled.kind === "failed") return reportRefused(settled.error, json)
    if (json) printJson({ outcome: "valid", ...settled.value })
    else printOut(describeSummary(settled.value))
    return EXIT.done
  })
}

/** What a repeatable option holds. */
const textsOf = (value: unknown): ReadonlyArray<string> => (Array.isArray(value) ? value.map(String) : [])

const describeSummary = (summary: ModuleSummary): string =>
  [
    "valid",
    "",
    row("module", `sha256 ${summary.moduleHash}`),
    row("bytes", `${summary.bytes}, metered ${summary.meteredBytes}`),
    row("start", summary.startFunction ? "has a start function" : "no start function"),
    row("pooled", describeFreshness(summary.freshness)),
    row("features", summary.features.join(", ") || "none beyond the first version"),
    ...(summary.nondeterminism.length > 0 ? [row("differs by", summary.nondeterminism.join(", "))] : []),
    ...group("functions", summary.functions, ({ name, params, results }) =>
      typed(visible(name, 256), { params, results })
    ),
    ...group("imports", summary.imports, (one) => {
      const name = `${visible(one.module, 256)}.${visible(one.name, 256)}`
      const what = one.kind === "function" ? typed(name, one.type) : `${name} ${one.kind}`
      return `${what}  ${one.capability === undefined ? "nothing provides it" : `needs ${one.capability}`}`
    }),
    ...group(
      "memories",
      summary.memories,
      ({ minPages, maxPages, shared }) => `${minPages}..${maxPages ?? ""} pages${shared ? ", shared" : ""}`
    ),
    ""
  ].join("\n")

const describeFreshness = (freshness: Freshness): string => {
  switch (freshness.way) {
    case "restore":
      return "the same instance, put back in place"
    case "reinstantiate":
      return `a new instance over the same memory: ${freshness.why}`
    case "new":
      return `a new instance: ${freshness.why}`
  }
}

const row = (name: string, value: string): string => `${name.padEnd(10)} ${value}`

const typed = (
  name: string,
  { params, results }: { readonly params: ReadonlyArray<string>; readonly results: ReadonlyArray<string> }
): string => `${name} (${params.join(", ")}) -> (${results.join(", ")})`

const group = <A>(
  title: string,
  entries: ReadonlyArray<A>,
  describe: (entry: A) => string
): ReadonlyArray<string> => [
  "",
  title,
  ...(entries.length === 0 ? ["  none"] : entries.map((entry) => `  ${describe(entry)}`))
]
