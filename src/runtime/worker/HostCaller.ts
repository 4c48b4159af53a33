import type { HostValue } from "../../host/HostDeclaration.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { FailureCause } from "../Firing.ts"
import type { AskRemote } from "./RemoteCalls.ts"

/**
 * Answers the calls that a guest makes to its host: charges first, journals after, and stops the guest when
 * the account is empty or the host has failed.
 *
 * *Returns* the results, or `undefined`: the guest must be stopped, and the account says why. It throws nothing:
 * only the engine can throw what a guest cannot catch.
 */
export interface HostCaller {
  /** What ended the firing, when a host function did. */
  readonly fault: FailureCause | undefined
  readonly call: (link: ResolvedLink, args: ReadonlyArray<HostValue>) => ReadonlyArray<HostValue> | undefined
  /**
   * The same for a guest that can be suspended while a remote host function answers; never rejects.
   *
   * Absent where such functions are waited for.
   */
  readonly callLater?: (
    link: ResolvedLink,
    args: ReadonlyArray<HostValue>,
    askRemote: AskRemote
  ) => Promise<ReadonlyArray<HostValue> | undefined>
}
