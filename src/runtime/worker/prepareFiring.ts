import { link, type ResolvedLink } from "../../host/link.ts"
import { LimitExceeded, type RefusedReason, Unsupported } from "../../outcome/RefusedReason.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled, ExportedFunction } from "../Compiled.ts"
import type { CompiledReport, FiringRequest, RefusedReport } from "../Firing.ts"
import type { FiringCell } from "../FiringCell.ts"
import { unknownFunction } from "../unknownFunction.ts"
import type { FiringServices } from "./FiringServices.ts"
import { micros } from "./micros.ts"
import { checkResults, readArguments } from "./readArguments.ts"

/** What stands before there is an instance: the module compiled, its imports answered. */
export interface Prepared {
  readonly compiled: Compiled
  readonly links: ReadonlyArray<ResolvedLink>
  /** Whether it was compiled for this firing, and how long that took. */
  readonly fresh: boolean
  readonly compileMicros: number
}

/** Compiles and links. *Returns* a report where there will be no instance. */
export const prepareFiring = (
  request: FiringRequest,
  services: FiringServices,
  cell: FiringCell,
  began: number
): Prepared | RefusedReport | CompiledReport => {
  const { engine } = services
  cell.enter("compiling")
  const fresh = request.compiled === undefined
  // A copy of its own where memory is shared: what is checked must be what is compiled.
  const compiled =
    request.compiled ?? engine.compile(new Uint8Array(request.bytes), request.policy, request.forPool)
  const compileMicros = fresh ? micros(began) : 0
  const known = { fresh, compileMicros }
  if ("_tag" in compiled) return refuse(compiled, { ...known, compiled: undefined }, cell)
  const { compileMsMax } = request.policy
  // The fence looks from time to time only, and what it missed is refused all the same.
  if (compileMicros > compileMsMax * 1_000)
    return refuse(
      new LimitExceeded("compileMsMax", compileMsMax, Math.ceil(compileMicros / 1_000)),
      { ...known, compiled: undefined },
      cell
    )
  if (request.goal === "compile") {
    cell.enter("done")
    return { kind: "compiled", compiled, compileMicros }
  }
  const links = link(compiled.imports, request.grants, request.declarations)
  if ("_tag" in links) return refuse(links, { ...known, compiled }, cell)
  const unanswered = services.callRemote === undefined ? links.find(isRemote) : undefined
  if (unanswered !== undefined) return refuse(remoteInline(unanswered), { ...known, compiled }, cell)
  const full = engine.whyNotInstantiate?.(compiled)
  if (full !== undefined) return refuse(full, { ...known, compiled }, cell)
  return { ...known, compiled, links }
}

export const refuse = (
  reason: RefusedReason,
  {
    compiled,
    fresh,
    compileMicros
  }: Omit<Prepared, "links" | "compiled"> & { readonly compiled: Compiled | undefined },
  cell: FiringCell
): RefusedReport => {
  cell.enter("done")
  return { kind: "refused", reason, compileMicros, compiled: fresh ? compiled : undefined }
}

/** A call that can be made: a function that there is, and arguments of its types. */
export interface ReadCall {
  readonly signature: ExportedFunction
  readonly args: ReadonlyArray<Value>
}

export const readCall = (
  compiled: Compiled,
  { functionName, args }: Pick<FiringRequest, "functionName" | "args">
): ReadCall | RefusedReason => {
  const signature = compiled.exports.find(({ name }) => name === functionName)
  if (signature === undefined) return unknownFunction(functionName, compiled.exports)
  const read = readArguments(signature, args)
  if ("_tag" in read) return read
  return checkResults(signature) ?? { signature, args: read }
}

const isRemote = ({ declaration }: ResolvedLink): boolean => declaration.kind === "remote"

const remoteInline = ({ declaration }: ResolvedLink): Unsupported =>
  new Unsupported(
    "a remote host function inline",
    `${declaration.module}.${declaration.name} answers over the event loop, which an inline guest holds`
  )
