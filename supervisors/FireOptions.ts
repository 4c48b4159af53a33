import * as Effect from "effect/Effect"
import { type FuelCeiling, type FuelPolicy, makeFuelPolicy } from "../src/fuel/FuelPolicy.ts"
import { isPriceTableName, PRICE_TABLE_NAMES } from "../src/fuel/PriceTable.ts"
import { type Grant, type Grants, resolveGrants } from "../src/host/Grant.ts"
import type { HostDeclaration } from "../src/host/HostDeclaration.ts"
import { checkHostFunctions, type HostFunction, type RemoteFunction } from "../src/host/HostFunction.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import { BadArguments, LimitExceeded, type RefusedReason } from "../src/outcome/RefusedReason.ts"
import type { Expectations } from "../src/runtime/ModuleSummary.ts"
import {
  NONDETERMINISTIC_FEATURES,
  RUN_POLICY_DEFAULT,
  RUN_POLICY_MAX,
  type RunPolicy
} from "../src/runtime/RunPolicy.ts"
import { PRIORITIES, type Priority } from "../src/runtime/worker/RunQueue.ts"
import { checkOptions } from "./checkCall.ts"

/**
 * What a caller may say of a firing; everything has a default, nothing is granted by one.
 *
 * The bounds of `RunPolicy` (`memoryPagesMax`, `objectBytesMax` …) are fields of their own here.
 */
export interface FireOptions extends Partial<RunPolicy> {
  /** Units, or a level: `trivial simple moderate complex heavy`. Default 100,000. */
  readonly fuel?: number | string | undefined
  /** Milliseconds, or text with a unit: `300ms`, `2s`. Default 5,000. */
  readonly timeout?: number | string | undefined
  /** In the notation of the command line, `time`, `random:virtual=7`, `host:NAME`, or typed. */
  readonly capabilities?: ReadonlyArray<string | Grant> | undefined
  readonly hostFunctions?: ReadonlyArray<HostFunction> | undefined
  /** Who goes first where guests share a scheduler: `high`, `normal` (the default) or `low`. */
  readonly priority?: Priority | undefined
  /** On the caller's own thread: no message, but it holds the event loop. Remote host functions cannot answer. */
  readonly inline?: boolean | undefined
  /** Told of the crash, also when the caller was interrupted and nobody is left to receive it. */
  readonly onCrash?: ((crash: Crash) => Effect.Effect<void>) | undefined
}

/** What a caller may say of a validation: the bounds of a firing, and what the module must offer and may want. */
export interface ValidateOptions
  extends Partial<RunPolicy>,
    Expectations,
    Pick<FireOptions, "hostFunctions"> {}

/** The options, checked: what the runtime needs. */
export interface FirePlan extends FuelPolicy {
  readonly policy: RunPolicy
  readonly grants: Grants
  readonly declarations: ReadonlyArray<HostDeclaration>
  readonly remotes: ReadonlyArray<RemoteFunction>
  readonly inline: boolean
  readonly priority: Priority
  readonly onCrash: (crash: Crash) => Effect.Effect<void>
}

export const planFiring = (
  options: FireOptions,
  ceiling: Partial<FuelCeiling> = {}
): FirePlan | RefusedReason => {
  const wrong = checkOptions(options)
  if (wrong !== undefined) return wrong
  const fuel = makeFuelPolicy({ fuel: options.fuel, timeout: options.timeout }, ceiling)
  if ("_tag" in fuel) return fuel
  const policy = makeRunPolicy(options)
  if ("_tag" in policy) return policy
  const hostFunctions = options.hostFunctions ?? []
  const declarations = checkHostFunctions(hostFunctions)
  if ("_tag" in declarations) return declarations
  const grants = resolveGrants(options.capabilities ?? [], declarations)
  if ("_tag" in grants) return grants
  const { priority = "normal" } = options
  const unranked = checkPriority(priority)
  if (unranked !== undefined) return unranked
  return {
    ...fuel,
    policy,
    grants,
    declarations,
    remotes: hostFunctions.filter((one): one is RemoteFunction => one.declaration.kind === "remote"),
    inline: options.inline ?? false,
    priority,
    onCrash: options.onCrash ?? (() => Effect.void)
  }
}

export const checkPriority = (priority: Priority): BadArguments | undefined =>
  PRIORITIES.includes(priority)
    ? undefined
    : new BadArguments("priority", PRIORITIES.join(", "), String(priority))

/** The bounds of a firing, each checked against what it can be. */
export const makeRunPolicy = (asked: Partial<RunPolicy>): RunPolicy | BadArguments | LimitExceeded => {
  const policy: RunPolicy = { ...RUN_POLICY_DEFAULT, ...definedOf(asked) }
  for (const [name, most] of Object.entries(RUN_POLICY_MAX)) {
    const value: unknown = Reflect.get(policy, name)
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      return new BadArguments(name, `an integer 0..${most}`, String(value))
    if (value > most) return new LimitExceeded(name, most, value)
  }
  if (policy.nan !== "canonical" && policy.nan !== "engine")
    return new BadArguments("nan", "canonical or engine", String(policy.nan))
  if (!isPriceTableName(policy.prices))
    return new BadArguments("prices", PRICE_TABLE_NAMES.join(" or "), String(policy.prices))
  const unknown = policy.allow.find((feature) => !NONDETERMINISTIC_FEATURES.includes(feature))
  if (unknown !== undefined)
    return new BadArguments("allow", NONDETERMINISTIC_FEATURES.join(", "), String(unknown))
  return policy
}

/** The fields of a policy that were given; one given as `undefined` keeps its default. */
const definedOf = (asked: Partial<RunPolicy>): Partial<RunPolicy> =>
  Object.fromEntries(
    Object.entries(asked).filter(
      ([name, value]) => value !== undefined && Object.hasOwn(RUN_POLICY_DEFAULT, name)
    )
  )
