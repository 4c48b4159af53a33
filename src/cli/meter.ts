import * as Effect from "effect/Effect"
import { makeRunPolicy } from "../../supervisors/FireOptions.ts"
import { InstanceManager } from "../../supervisors/InstanceManager.ts"
import { meterModule } from "../fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../fuel/meter/Placement.ts"
import { PRICE_TABLES } from "../fuel/PriceTable.ts"
import { Refused } from "../outcome/Refused.ts"
import { describeRefusedReason, Malformed as MalformedReason } from "../outcome/RefusedReason.ts"
import type { RunPolicy } from "../runtime/RunPolicy.ts"
import type { StartedThread } from "../runtime/startThread.ts"
import { decodeModule } from "../wasm/decodeModule.ts"
import { Malformed } from "../wasm/Malformed.ts"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import { readBounded, writeWhole } from "./files.ts"
import { settle } from "./manager.ts"
import { MODULE_OPTIONS, policyProblem, readPolicy } from "./policyOptions.ts"
import { printErr } from "./print.ts"
import type { Invocation } from "./program.ts"
import { reportInterrupted, reportRefused } from "./reportOutcome.ts"

/**
 * `munition meter`: writes the metered module, its custom sections kept, for whoever wants to read it.
 *
 * The module is validated first, as a firing would, because the meter believes what it reads.
 */
export const meter = ({ args, options }: Invocation, thread: StartedThread | undefined): Promise<Ending> => {
  const [file = ""] = args
  const output = String(options["output"])
  const asked = readPolicy(MODULE_OPTIONS, options)
  if (asked instanceof UsageProblem) return Promise.resolve(asked)
  const policy = makeRunPolicy(asked)
  if ("_tag" in policy)
    return Promise.resolve(policyProblem(MODULE_OPTIONS, policy, describeRefusedReason(policy)))
  const metering = Effect.gen(function* () {
    const wasm = yield* readBounded(file, "moduleBytesMax", policy.moduleBytesMax)
    yield* InstanceManager.use((manager) => manager.validate(wasm, policy))
    const metered = meterBytes(wasm, policy)
    if (metered instanceof Malformed)
      return yield* Effect.fail(new Refused(new MalformedReason(metered.what, metered.offset)))
    yield* writeWhole(output, metered, 0o666)
    return `${JSON.stringify(output)}: ${metered.length} bytes, ${wasm.length} before\n`
  })
  return settle(metering, thread).then((settled) => {
    if (settled.kind === "interrupted") return reportInterrupted("SIGINT", { json: false, dump: undefined })
    if (settled.kind === "failed") return reportRefused(settled.error, false)
    printErr(settled.value)
    return EXIT.done
  })
}

const meterBytes = (wasm: Uint8Array, policy: RunPolicy): Uint8Array | Malformed => {
  const module = decodeModule(wasm)
  if (module instanceof Malformed) return module
  const metered = meterModule(module, {
    prices: PRICE_TABLES[policy.prices],
    nan: policy.nan,
    slotsMax: policy.stackSlotsMax,
    objectBytesMax: policy.objectBytesMax,
    memoryPagesMax: policy.memoryPagesMax,
    tableElementsMax: policy.tableElementsMax,
    placement: PLACEMENT_DEFAULT,
    customSections: "keep"
  })
  return metered instanceof Malformed ? metered : metered.bytes
}
