import { boundLog } from "../../host/builtin/log.ts"
import type { HostContext } from "../../host/HostContext.ts"
import { makeSources } from "../../host/makeSources.ts"
import type { FiringRequest } from "../Firing.ts"
import type { FiringServices } from "./FiringServices.ts"

/** Clock, chance and log of one life: the next one begins them anew. */
export const sourcesOf = (
  { grants }: Pick<FiringRequest, "grants">,
  { emitLog }: Pick<FiringServices, "emitLog">
): Pick<HostContext, "clock" | "random" | "emitLog"> => ({
  ...makeSources(grants),
  emitLog: boundLog(emitLog).emitLog
})
