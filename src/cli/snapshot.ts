import * as Effect from "effect/Effect"
import { planFiring } from "../../supervisors/FireOptions.ts"
import { InstanceManager } from "../../supervisors/InstanceManager.ts"
import { describeRefusedReason } from "../outcome/RefusedReason.ts"
import { visible } from "../outcome/visible.ts"
import type { StartedThread } from "../runtime/startThread.ts"
import type { Snapshot } from "../snapshot/Snapshot.ts"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import { readBounded, writeWhole } from "./files.ts"
import { settle } from "./manager.ts"
import { MODULE_OPTIONS, policyProblem, RUN_OPTIONS, readPolicy } from "./policyOptions.ts"
import { printErr, printJson } from "./print.ts"
import type { Invocation } from "./program.ts"
import { reportInterrupted, reportOutcome } from "./reportOutcome.ts"

/**
 * `munition snapshot`: runs an initialiser once and writes the module that starts where it ended.
 *
 * Nothing is written unless it returned and all of its state can be written down.
 */
export const snapshot = (
  { args, options }: Invocation,
  thread: StartedThread | undefined
): Promise<Ending> => {
  const [file = ""] = args
  const place = String(options["output"])
  const rows = [...RUN_OPTIONS, ...MODULE_OPTIONS]
  const asked = readPolicy(rows, options)
  if (asked instanceof UsageProblem) return Promise.resolve(asked)
  const plan = planFiring(asked)
  if ("_tag" in plan) return Promise.resolve(policyProblem(rows, plan, describeRefusedReason(plan)))
  const renameExports = readRenames(options["renameExport"])
  if (renameExports instanceof UsageProblem) return Promise.resolve(renameExports)

  const json = options["json"] === true
  const inline = options["inline"] === true
  const wanted = { ...asked, inline, renameExports, keepInit: options["keep"] === true }
  const taking = Effect.flatMap(readBounded(file, "moduleBytesMax", plan.policy.moduleBytesMax), (wasm) =>
    InstanceManager.use((manager) => manager.snapshot(wasm, String(options["init"]), wanted))
  ).pipe(Effect.tap(({ bytes }) => writeWhole(place, bytes, 0o666)))
  const logs = plan.grants.granted.some(({ capability }) => capability === "log")
  return (
    logs ? import("./guestLog.ts").then(({ logToStderr }) => logToStderr(taking)) : Promise.resolve(taking)
  )
    .then((effect) => settle(effect, thread))
    .then((settled) => {
      const output = { json, dump: typeof options["dump"] === "string" ? options["dump"] : undefined }
      if (settled.kind === "interrupted") return reportInterrupted("SIGINT", output)
      if (settled.kind === "failed") return reportOutcome(settled.error, output)
      const { report, metadata } = settled.value
      if (json)
        printJson({
          outcome: "written",
          output: place,
          ...report,
          fuel: metadata.fuel,
          memory: metadata.memory
        })
      else printErr(describeSnapshot(place, settled.value))
      return EXIT.done
    })
}

/** `OLD=NEW` as often as it was given; a name may have a `=` in it only after the first. */
const readRenames = (given: unknown): ReadonlyMap<string, string> | UsageProblem => {
  const renames = new Map<string, string>()
  for (const text of Array.isArray(given) ? given.map(String) : []) {
    const at = text.indexOf("=")
    const [from, to] = [text.slice(0, at), text.slice(at + 1)]
    if (at < 1 || to === "" || renames.has(from))
      return new UsageProblem(`--rename-export: expected OLD=NEW, each OLD once, got ${JSON.stringify(text)}`)
    renames.set(from, to)
  }
  return renames
}

const describeSnapshot = (place: string, { report, metadata }: Snapshot): string =>
  [
    `${JSON.stringify(place)}: ${report.bytesAfter} bytes, ${report.bytesBefore} before`,
    ...report.memories.map(
      ({ memoryIndex, pages, pagesBefore, segments, segmentBytes }) =>
        `memory ${memoryIndex}: ${pages} pages, ${pagesBefore} before; ${segmentBytes} bytes in ${segments} segments`
    ),
    ...(report.globals.length > 0 ? [`globals written: ${report.globals.join(", ")}`] : []),
    ...(report.tables.length > 0 ? [`tables written: ${report.tables.join(", ")}`] : []),
    ...report.frozen.map(
      ({ module, name, calls }) =>
        `frozen: ${visible(module, 256)}.${visible(name, 256)} answered ${calls} times, and every instance has the same answers`
    ),
    ...(report.answersNotKept > 0
      ? [`frozen: ${report.answersNotKept} more answers, which were not kept`]
      : []),
    ...report.sectionsDropped.map((name) => `left out: custom section ${visible(name, 256)}`),
    `consumed: ${metadata.fuel.used} of ${metadata.fuel.allocated} fuel, ${(metadata.durationMicros / 1_000).toFixed(1)} ms`,
    ""
  ].join("\n")
