import * as Effect from "effect/Effect"
import { planFiring } from "../../supervisors/FireOptions.ts"
import { InstanceManager } from "../../supervisors/InstanceManager.ts"
import { Crash } from "../outcome/Crash.ts"
import { describeRefusedReason } from "../outcome/RefusedReason.ts"
import type { StartedThread } from "../runtime/startThread.ts"
import { ENDING_SIGNALS, type Ending, type EndingSignal, UsageProblem } from "./ExitStatus.ts"
import { readBounded } from "./files.ts"
import { settle } from "./manager.ts"
import { MODULE_OPTIONS, policyProblem, RUN_OPTIONS, readPolicy } from "./policyOptions.ts"
import type { Invocation } from "./program.ts"
import { reportInterrupted, reportOutcome } from "./reportOutcome.ts"

/**
 * `munition fire`: one firing, from the command line to an exit status.
 *
 * A first SIGINT or SIGTERM stops the guest, whose state is captured as for any other crash; a second one ends the
 * process at once. Inline the guest holds the thread that would hear of it, so there a signal does what it always does.
 */
export const fire = ({ args, options }: Invocation, thread: StartedThread | undefined): Promise<Ending> => {
  const [file = "", functionName = "", ...guestArgs] = args
  const rows = [...RUN_OPTIONS, ...MODULE_OPTIONS]
  const asked = readPolicy(rows, options)
  if (asked instanceof UsageProblem) return Promise.resolve(asked)
  const plan = planFiring(asked)
  if ("_tag" in plan) return Promise.resolve(policyProblem(rows, plan, describeRefusedReason(plan)))

  const inline = options["inline"] === true
  const signals = inline ? NO_SIGNALS : hearSignals()
  let crashed: Crash | undefined
  const onCrash = (crash: Crash) =>
    Effect.sync(() => {
      crashed = crash
    })
  const firing = Effect.flatMap(readBounded(file, "moduleBytesMax", plan.policy.moduleBytesMax), (wasm) =>
    InstanceManager.use((manager) =>
      manager.fire(wasm, functionName, guestArgs, { ...asked, inline, onCrash })
    )
  )
  const output = {
    json: options["json"] === true,
    dump: typeof options["dump"] === "string" ? options["dump"] : undefined
  }
  const { granted, notices } = plan.grants
  const logs = notices.length > 0 || granted.some(({ capability }) => capability === "log")
  return (
    logs ? import("./guestLog.ts").then(({ logToStderr }) => logToStderr(firing)) : Promise.resolve(firing)
  )
    .then((effect) => settle(effect, thread, signals.abort))
    .then((settled) => {
      signals.stop()
      const signal = signals.heard()
      const outcome =
        settled.kind === "succeeded"
          ? settled.value
          : settled.kind === "failed"
            ? settled.error
            : // Read anew: it was assigned meanwhile, which the checker cannot see.
              (crashed as Crash | undefined)
      if (outcome === undefined) return reportInterrupted(signal ?? "SIGINT", output)
      return reportOutcome(outcome, output).then((status) =>
        signal !== undefined && outcome instanceof Crash && outcome.reason._tag === "Cancelled"
          ? ENDING_SIGNALS[signal]
          : status
      )
    })
}

interface Signals {
  readonly abort: AbortSignal | undefined
  /** The first that came. */
  readonly heard: () => EndingSignal | undefined
  readonly stop: () => void
}

const NO_SIGNALS: Signals = { abort: undefined, heard: () => undefined, stop: () => {} }

const hearSignals = (): Signals => {
  const controller = new AbortController()
  let first: EndingSignal | undefined
  const listen = (signal: EndingSignal) => {
    if (first !== undefined) process.exit(ENDING_SIGNALS[signal])
    first = signal
    controller.abort()
  }
  process.on("SIGINT", listen).on("SIGTERM", listen)
  return {
    abort: controller.signal,
    heard: () => first,
    stop: () => process.off("SIGINT", listen).off("SIGTERM", listen)
  }
}
