import { CapabilityDenied } from "../outcome/RefusedReason.ts"
import { visible } from "../outcome/visible.ts"
import { type Grants, showGrant } from "./Grant.ts"
import { type HostDeclaration, importKey, showFunctionType } from "./HostDeclaration.ts"
import { nearest } from "./nearest.ts"
import { offered } from "./offered.ts"

/** One import of a module, as far as linking needs to know it. */
export type ImportDescriptor =
  | { readonly module: string; readonly name: string; readonly kind: "function"; readonly type: ImportType }
  | { readonly module: string; readonly name: string; readonly kind: "memory" | "table" | "global" | "tag" }

/** A function's type; an import may ask for types that no host function has. */
export interface ImportType {
  readonly params: ReadonlyArray<string>
  readonly results: ReadonlyArray<string>
}

/** Which host function answers an import. Plain fields, so that it crosses to the worker. */
export interface ResolvedLink {
  /** Index into the module's imports. */
  readonly importIndex: number
  readonly declaration: HostDeclaration
}

/**
 * Finds for each import the host function that was granted, or says of the first that has none what would allow it.
 *
 * Decided here, before there is an instance, and once for both sides: V8 would accept any function for any import
 * and convert in silence, so the types are compared here. Only functions can be granted; an imported memory, table,
 * global or tag would be state that the host shares with the guest.
 *
 * *Returns* one link for each import, in their order.
 */
export const link = (
  imports: ReadonlyArray<ImportDescriptor>,
  grants: Grants,
  declared: ReadonlyArray<HostDeclaration> = []
): ReadonlyArray<ResolvedLink> | CapabilityDenied => {
  const functions = offered(declared)
  const granted = new Map(grants.granted.map((grant) => [String(grant.capability), showGrant(grant)]))
  const links: Array<ResolvedLink> = []
  let denied: CapabilityDenied | undefined
  let deniedCount = 0
  for (const [importIndex, one] of imports.entries()) {
    const declaration = functions.get(importKey(one.module, one.name))
    const fits =
      declaration !== undefined && granted.has(declaration.capability) && isOfType(one, declaration)
    if (fits) links.push({ importIndex, declaration })
    else {
      denied ??= deny(one, declaration, granted, functions)
      deniedCount += 1
    }
  }
  if (denied === undefined) return links
  return deniedCount === 1 ? denied : andOthers(denied, deniedCount - 1)
}

const isOfType = (one: ImportDescriptor, { type }: HostDeclaration): boolean =>
  one.kind === "function" &&
  isSameList(one.type.params, type.params) &&
  isSameList(one.type.results, type.results)

const isSameList = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((type, i) => type === b[i])

const deny = (
  one: ImportDescriptor,
  declaration: HostDeclaration | undefined,
  granted: ReadonlyMap<string, string>,
  functions: ReadonlyMap<string, HostDeclaration>
): CapabilityDenied => {
  const because = (capability: string | undefined, detail: string) =>
    new CapabilityDenied(cut(one.module), cut(one.name), capability, detail)
  if (one.kind !== "function")
    return because(
      undefined,
      `it is a ${one.kind}, and no capability of this version provides anything but functions`
    )
  if (declaration === undefined)
    return because(undefined, `no capability of this version provides it${suggest(one, functions)}`)
  const { capability } = declaration
  if (!granted.has(capability))
    return because(capability, `it needs the capability ${capability}, which was not granted`)
  return because(
    capability,
    `the capability ${capability} provides it as ${showFunctionType(declaration.type)}, ` +
      `the module imports it as ${visible(showFunctionType(one.type), 200)}`
  )
}

/** A name longer than any that a person gave: a refusal is kept and shown, and must stay small. */
const NAME_LENGTH_MAX = 256

const cut = (name: string): string =>
  name.length <= NAME_LENGTH_MAX ? name : `${name.slice(0, NAME_LENGTH_MAX)}… (${name.length} characters)`

const suggest = (one: ImportDescriptor, functions: ReadonlyMap<string, HostDeclaration>): string => {
  const byLabel = new Map([...functions.values()].map((d) => [`${d.module}.${d.name}`, d.capability]))
  const [closest] = nearest(`${one.module}.${one.name}`, [...byLabel.keys()])
  return closest === undefined ? "" : `; the closest is ${closest}, capability ${byLabel.get(closest) ?? ""}`
}

const andOthers = (first: CapabilityDenied, others: number): CapabilityDenied =>
  new CapabilityDenied(
    first.module,
    first.name,
    first.capability,
    `${first.detail} (and ${others} more ${others === 1 ? "import is" : "imports are"} denied)`
  )
