import type { AccountOptions } from "../../fuel/Account.ts"
import type { Turns } from "./FiringServices.ts"

/** What the account of a guest that shares its thread asks at the end of a slice; nothing for one that does not. */
export const sharing = (
  turns: Turns | undefined
): Pick<AccountOptions, "shouldPark" | "targetMs" | "shareUnits"> =>
  turns === undefined
    ? {}
    : { shouldPark: turns.shouldPark, targetMs: turns.targetMs, shareUnits: turns.shareUnits }
