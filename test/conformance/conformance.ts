import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { MeterOptions } from "../../src/fuel/meter/MeterOptions.ts"
import { PLACEMENT_EXACT } from "../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { RUN_POLICY_DEFAULT, RUN_POLICY_MAX } from "../../src/runtime/RunPolicy.ts"
import { meteredEngine } from "./Engine.ts"
import { KnownFailures } from "./KnownFailures.ts"
import { placementOf, placementWords } from "./placements.ts"
import { runSuite } from "./runSuite.ts"

/**
 * `npm run conformance -- DIRECTORY`: runs every script of the WebAssembly test suite in a directory and below.
 *
 * Each module is read, written and metered; each assertion is checked on the metered module and on plain V8. An
 * assertion fails when plain V8 satisfies it and a metered module does not, or when the fuel of a call depends
 * on where it is charged: beside the placement that is asked for, modules run with every instruction charged
 * alone. Exits with 1 when something fails that is not known to, or too much is skipped.
 */
const usage = `usage: npm run conformance -- DIRECTORY [--placement ${placementWords().join("|")}]
       [--known FILE] [--skipped-max PERCENT] [--verbose]`

function quit(...lines: ReadonlyArray<string>): never {
  process.stderr.write(`${[...lines, usage].join("\n")}\n`)
  process.exit(2)
}

const readArguments = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        placement: { type: "string", default: "default" },
        known: { type: "string", default: join(import.meta.dirname, "known.txt") },
        "skipped-max": { type: "string", default: "1" },
        verbose: { type: "boolean", default: false }
      }
    })
  } catch (cause) {
    return quit(String(cause))
  }
}

const { values, positionals } = readArguments()
const [directory, ...others] = positionals
const placement = placementOf(values.placement)
const skippedMax = Number(values["skipped-max"])
if (directory === undefined || others.length > 0) quit("expected one directory")
if (placement === undefined) quit(`unknown placement: ${values.placement}`)
if (!(skippedMax >= 0 && skippedMax <= 100))
  quit(`--skipped-max: expected 0..100, got ${values["skipped-max"]}`)

/** What a firing may have, and of memories and tables as much as there can be: scripts ask for all of it. */
const METER: Omit<MeterOptions, "placement"> = {
  prices: WASMTIME_PRICES,
  nan: "engine",
  slotsMax: RUN_POLICY_DEFAULT.stackSlotsMax,
  objectBytesMax: RUN_POLICY_DEFAULT.objectBytesMax,
  memoryPagesMax: RUN_POLICY_MAX.memoryPagesMax,
  tableElementsMax: RUN_POLICY_MAX.tableElementsMax,
  customSections: "keep"
}

const well = runSuite({
  directory,
  known: new KnownFailures(readFileSync(values.known, "utf8")),
  skippedMax,
  engines: () => [
    meteredEngine(values.placement, { ...METER, placement }),
    meteredEngine("instruction by instruction", { ...METER, placement: PLACEMENT_EXACT })
  ],
  print: (line) => process.stdout.write(`${line}\n`),
  verbose: values.verbose
})
if (!well) process.exitCode = 1
