import { spawnSync } from "node:child_process"
import { WASMTIME_VERSION } from "./runOnWasmtime.ts"

/**
 * A Python that has Wasmtime 49: the one that `MUNITION_PYTHON` names, else `python3`.
 *
 * *Returns* its name, or why there is none. A Python that was named and does not have it is an error, so that a
 * machine that is meant to compare cannot skip it.
 */
export const findPython = (): { readonly python: string } | { readonly missing: string } => {
  const named = process.env["MUNITION_PYTHON"]
  const python = named === undefined || named === "" ? "python3" : named
  const { status, stdout, error } = spawnSync(
    python,
    ["-c", "import importlib.metadata, wasmtime; print(importlib.metadata.version('wasmtime'))"],
    { encoding: "utf8", timeout: 60_000 }
  )
  const version = (stdout ?? "").trim()
  if (status === 0 && version.split(".")[0] === WASMTIME_VERSION) return { python }
  const missing =
    status === 0
      ? `${python} has wasmtime ${version}, not ${WASMTIME_VERSION}`
      : `${python} cannot import wasmtime${error === undefined ? "" : `: ${error.message}`}`
  if (python === named) throw new Error(`MUNITION_PYTHON: ${missing}`)
  return { missing: `${missing}; try: pip install wasmtime==${WASMTIME_VERSION}.0.0` }
}
