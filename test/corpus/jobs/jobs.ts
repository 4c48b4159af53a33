import type { Job } from "./Job.ts"
import { esbuild } from "./work/esbuild.ts"
import { hashWasm } from "./work/hashWasm.ts"
import { lightningcss } from "./work/lightningcss.ts"
import { mupdf } from "./work/mupdf.ts"
import { pglite } from "./work/pglite.ts"
import { pyodide } from "./work/pyodide.ts"
import { quickjs } from "./work/quickjs.ts"
import { resvg } from "./work/resvg.ts"
import { sourceMap } from "./work/sourceMap.ts"
import { sqlJs } from "./work/sqlJs.ts"
import { swc } from "./work/swc.ts"
import { tiktoken } from "./work/tiktoken.ts"
import { treeSitter } from "./work/treeSitter.ts"

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
