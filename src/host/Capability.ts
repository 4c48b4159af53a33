/**
 * What a guest can be allowed to do: one row a capability.
 *
 * Nothing is granted by default. Which imports a capability allows is read from the table of built-in host
 * functions and from the caller's declarations, so that it is written down once. `Grant.ts` has how one is given, `importsOf.ts` what it allows.
 */
export interface Capability {
  readonly name: CapabilityName
  readonly description: string
  readonly risk: Risk
  /** Capabilities that come with it. */
  readonly implies: ReadonlyArray<CapabilityName>
}

export type Risk = "low" | "medium" | "high"

export const CAPABILITY_NAMES = [
  "time",
  "random",
  "log",
  "filesystem_read",
  "filesystem_write",
  "network"
] as const

export type CapabilityName = (typeof CAPABILITY_NAMES)[number]

const row = (
  name: CapabilityName,
  risk: Risk,
  description: string,
  implies: ReadonlyArray<CapabilityName> = []
): Capability => ({ name, description, risk, implies })

/** Every capability with a name of its own; `host:NAME` stands beside them. */
export const CAPABILITIES: ReadonlyArray<Capability> = [
  row("time", "low", "read a clock: the machine's, or a virtual one"),
  row("random", "low", "draw random numbers: the machine's, or virtual ones from a seed"),
  row("log", "low", "write lines to the caller's log"),
  row("filesystem_read", "medium", "read files"),
  row("filesystem_write", "high", "write files; implies filesystem_read", ["filesystem_read"]),
  row("network", "high", "open connections")
]

/** The capability of host functions that the caller declares; what they can do is the caller's to judge. */
export const HOST_CAPABILITY = {
  prefix: "host:",
  description: "call the host functions that were declared under NAME",
  risk: "high" satisfies Risk as Risk
} as const

/** What may stand behind `host:`. */
export const HOST_CAPABILITY_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/

/**
 * Whether a host function may be declared under it: one of the names above, or `host:NAME`.
 *
 *     isCapabilityKey("host:price_of") // => true
 */
export const isCapabilityKey = (key: string): boolean =>
  CAPABILITIES.some((capability) => capability.name === key) ||
  (key.startsWith(HOST_CAPABILITY.prefix) &&
    HOST_CAPABILITY_NAME.test(key.slice(HOST_CAPABILITY.prefix.length)))
