/** The rings of the house: a folder imports rings below its own, or itself. Packages are named per folder. */
export interface Ring {
  readonly folder: string
  readonly ring: number
  /** Packages that may be imported, by prefix; Node's own modules are `node:`. */
  readonly packages: ReadonlyArray<string>
}

export const RINGS: ReadonlyArray<Ring> = [
  {
    folder: "src/cli",
    ring: 7,
    packages: ["effect", "@effect/platform-node", "fflate", "xstate", "commander", "node:"]
  },
  {
    folder: "src/serve",
    ring: 7,
    packages: ["effect", "@effect/platform-node", "fflate", "xstate", "node:"]
  },
  { folder: "src/index.ts", ring: 6, packages: ["effect"] },
  // The Promise face stands on the Effect one, so it is half a ring up.
  { folder: "src/promise.ts", ring: 6.5, packages: ["effect"] },
  { folder: "supervisors", ring: 5, packages: ["effect", "@effect/platform-node", "xstate", "node:"] },
  { folder: "src/attenuators", ring: 4, packages: ["effect", "@effect/platform-node", "node:"] },
  { folder: "src/snapshot", ring: 4, packages: [] },
  { folder: "src/forensics", ring: 3, packages: ["effect", "fflate", "node:crypto"] },
  { folder: "src/chart", ring: 3, packages: ["effect", "xstate", "@viz-js/viz"] },
  { folder: "src/runtime", ring: 2, packages: ["effect", "node:"] },
  { folder: "src/fuel", ring: 1, packages: ["effect"] },
  { folder: "src/host", ring: 1, packages: ["effect"] },
  { folder: "src/audit", ring: 1, packages: ["effect", "node:"] },
  { folder: "actors", ring: 1, packages: ["xstate"] },
  { folder: "src/wasm", ring: 0, packages: [] },
  { folder: "src/outcome", ring: 0, packages: [] }
]
