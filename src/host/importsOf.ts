import { BUILTINS } from "./builtin/table.ts"
import type { CapabilityName } from "./Capability.ts"

/**
 * The built-in imports that a capability allows, as `module.name`; none for one that nothing here uses.
 *
 *     importsOf("random") // => ["env.get_random_u32", "env.get_random_u64"]
 */
export const importsOf = (name: CapabilityName): ReadonlyArray<string> =>
  BUILTINS.filter(({ declaration }) => declaration.capability === name).map(
    ({ declaration }) => `${declaration.module}.${declaration.name}`
  )
