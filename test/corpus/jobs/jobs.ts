import type { Job } from "./Job.ts"
import { esbuild } from "./tasks/esbuild.ts"
import { hashWasm } from "./tasks/hashWasm.ts"
import { lightningcss } from "./tasks/lightningcss.ts"
import { mupdf } from "./tasks/mupdf.ts"
import { pglite } from "./tasks/pglite.ts"
import { pyodide } from "./tasks/pyodide.ts"
import { quickjs } from "./tasks/quickjs.ts"
import { resvg } from "./tasks/resvg.ts"
import { sourceMap } from "./tasks/sourceMap.ts"
import { sqlJs } from "./tasks/sqlJs.ts"
import { swc } from "./tasks/swc.ts"
import { tiktoken } from "./tasks/tiktoken.ts"
import { treeSitter } from "./tasks/treeSitter.ts"

/** The packages at work, the quick ones first. */
export const JOBS: ReadonlyArray<Job> = [
  sqlJs,
  quickjs,
  sourceMap,
  resvg,
  hashWasm,
  treeSitter,
  tiktoken,
  lightningcss,
  esbuild,
  mupdf,
  swc,
  pyodide,
  pglite
]
