import type { Ending } from "./ExitStatus.ts"
import { UsageProblem } from "./ExitStatus.ts"
import type { Invocation } from "./program.ts"

/** `munition audit`: its own subcommands, each loaded when it is asked for. */
export const audit = (invocation: Invocation): Promise<Ending> => {
  const name = invocation.command.name()
  return (
    AUDIT[name]?.(invocation) ?? Promise.resolve(new UsageProblem(`unknown command ${JSON.stringify(name)}`))
  )
}

const AUDIT: Readonly<Record<string, (invocation: Invocation) => Promise<Ending>>> = {
  verify: (invocation) => import("./auditVerify.ts").then(({ auditVerify }) => auditVerify(invocation)),
  show: (invocation) => import("./auditShow.ts").then(({ auditShow }) => auditShow(invocation)),
  chart: (invocation) => import("./chartAudit.ts").then(({ auditChart }) => auditChart(invocation))
}
