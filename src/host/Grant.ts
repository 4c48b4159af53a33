import { BadArguments, LimitExceeded } from "../outcome/RefusedReason.ts"
import { visible } from "../outcome/visible.ts"
import {
  CAPABILITIES,
  CAPABILITY_NAMES,
  type CapabilityName,
  HOST_CAPABILITY,
  HOST_CAPABILITY_NAME,
  isCapabilityKey
} from "./Capability.ts"
import { importsOf } from "./importsOf.ts"
import { nearest } from "./nearest.ts"

/**
 * One thing that a firing is allowed, typed, and in the notation of the command line:
 *
 *     time  time:virtual  random  random:virtual  random:virtual=SEED
 *     log  filesystem_read  filesystem_write  network  host:NAME
 *
 * Time and chance are real unless they are said to be virtual. SEED is 64 bits, decimal or `0x`. The typed form is
 * read through the same notation, so both are checked by the same rules.
 */
export type Grant =
  | { readonly capability: "time"; readonly source: "real" | "virtual" }
  | { readonly capability: "random"; readonly source: "real" }
  | { readonly capability: "random"; readonly source: "virtual"; readonly seed: bigint }
  | { readonly capability: Exclude<CapabilityName, "time" | "random"> | `host:${string}` }

/** All that a firing is allowed, each capability once, with what was implied. */
export interface Grants {
  readonly granted: ReadonlyArray<Grant>
  /** What the caller should know of them and may print; nothing here is wrong. */
  readonly notices: ReadonlyArray<string>
}

export const NO_GRANTS: Grants = { granted: [], notices: [] }

/** More than there are capabilities to name, fewer than would slow a firing down. */
export const GRANTS_MAX = 256

/**
 * Reads what was granted.
 *
 * @param declared the caller's own host functions: what `host:` may name, and what may use a capability
 *
 * *Fails* with `BadArguments` for an unknown name (with the nearest known ones) and for one that contradicts
 * another, such as real and virtual time; with `LimitExceeded` for more than `GRANTS_MAX`.
 */
export const resolveGrants = (
  asked: ReadonlyArray<string | Grant>,
  declared: ReadonlyArray<{ readonly capability: string }> = []
): Grants | BadArguments | LimitExceeded => {
  if (asked.length > GRANTS_MAX) return new LimitExceeded("capabilities", GRANTS_MAX, asked.length)
  const used = new Set(declared.map(({ capability }) => capability))
  const byName = new Map<string, Grant>()
  for (const one of asked) {
    if (typeof one !== "string" && typeof one?.capability !== "string")
      return bad("text or an object with a capability", String(one))
    const grant = parseGrant(typeof one === "string" ? one : showGrant(one))
    if (grant instanceof BadArguments) return grant
    if (grant.capability.startsWith(HOST_CAPABILITY.prefix) && !used.has(grant.capability))
      return unknownName(grant.capability, [...used])
    const other = byName.get(grant.capability)
    if (other !== undefined && showGrant(other) !== showGrant(grant))
      return bad(`one notation for each capability`, `${showGrant(other)} and ${showGrant(grant)}`)
    byName.set(grant.capability, grant)
    for (const implied of impliedBy(grant)) byName.set(implied.capability, implied)
  }
  const granted = [...byName.values()]
  return { granted, notices: granted.flatMap((grant) => noticeOf(grant, used)) }
}

const impliedBy = (grant: Grant): ReadonlyArray<Grant> =>
  (CAPABILITIES.find(({ name }) => name === grant.capability)?.implies ?? []).flatMap((name) => {
    const implied = parseGrant(name)
    return implied instanceof BadArguments ? [] : [implied]
  })

const noticeOf = ({ capability }: Grant, used: ReadonlySet<string>): ReadonlyArray<string> => {
  const name = CAPABILITY_NAMES.find((known) => known === capability)
  return name === undefined || used.has(name) || importsOf(name).length > 0
    ? []
    : [`capability ${name} was granted, but nothing in this version uses it`]
}

/**
 * One grant in the notation of the command line.
 *
 *     parseGrant("random:virtual=7") // => { capability: "random", source: "virtual", seed: 7n }
 */
export const parseGrant = (text: string): Grant | BadArguments => {
  if (text.startsWith(HOST_CAPABILITY.prefix))
    return HOST_CAPABILITY_NAME.test(text.slice(HOST_CAPABILITY.prefix.length))
      ? // The prefix was just seen.
        { capability: text as `host:${string}` }
      : bad(`a name after host: matching ${HOST_CAPABILITY_NAME.source}`, text)
  const [, name = "", source, seed] = /^([^:=]*)(?::([^=]*)(?:=(.*))?)?$/s.exec(text) ?? []
  const known = CAPABILITY_NAMES.find((capability) => capability === name)
  if (known === undefined) return unknownName(text, [])
  if (known === "time" && seed === undefined && isSource(source))
    return { capability: known, source: source ?? "real" }
  if (known === "random" && isSource(source)) {
    if (source !== "virtual")
      return seed === undefined ? { capability: known, source: "real" } : badForm(text)
    const bits = readSeed(seed ?? "0")
    return bits === undefined
      ? bad(`a seed 0..${SEED_MAX}, decimal or 0x`, text)
      : { capability: known, source, seed: bits }
  }
  return known === "time" || known === "random" || source !== undefined
    ? badForm(text)
    : { capability: known }
}

const isSource = (source: string | undefined): source is "real" | "virtual" | undefined =>
  source === undefined || source === "real" || source === "virtual"

const SEED_MAX = 2n ** 64n - 1n

const readSeed = (text: string): bigint | undefined => {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text)) return undefined
  const seed = BigInt(text)
  return seed <= SEED_MAX ? seed : undefined
}

/** The notation that reads back as the same grant. */
export const showGrant = (grant: Grant): string => {
  if (!("source" in grant)) return String(grant.capability)
  if ("seed" in grant) return `${grant.capability}:${grant.source}=${grant.seed}`
  return grant.source === "real" ? grant.capability : `${grant.capability}:${grant.source}`
}

/** Every notation that is accepted, for help and for messages. */
export const GRANT_NOTATIONS: ReadonlyArray<string> = [
  ...CAPABILITY_NAMES.flatMap((name) =>
    name === "time"
      ? [name, "time:virtual"]
      : name === "random"
        ? [name, "random:virtual", "random:virtual=SEED"]
        : [name]
  ),
  "host:NAME"
]

const unknownName = (text: string, declared: ReadonlyArray<string>): BadArguments => {
  const known = [...GRANT_NOTATIONS, ...declared.filter(isCapabilityKey)]
  const near = nearest(text, known)
  return bad(
    near.length > 0
      ? `a known capability, perhaps ${near.join(" or ")}`
      : `one of ${known.slice(0, 32).join(", ")}`,
    text
  )
}

const badForm = (text: string): BadArguments => bad(`one of ${GRANT_NOTATIONS.join(", ")}`, text)

const bad = (expected: string, got: string): BadArguments =>
  new BadArguments("capabilities", expected, `"${visible(got, 80)}"`)
