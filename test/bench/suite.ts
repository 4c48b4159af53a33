import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import type { Subject } from "./Subject.ts"

/**
 * A directory of WASI command modules as subjects: each `.wasm` in it is run as `_start`, in a fresh instance
 * every time, so a run's time includes making it. What lies beside them is what they find in `.`; what they write
 * there is gone with the run.
 *
 * The answer is the exit status and a hash of both output streams. Clocks stand still but for what is asked of
 * them, and random bytes are a count, so that every run is the same. A module `bench` with `start` and `end`, as
 * some suites import, is there and does nothing.
 */
export const readSuite = async (directory: string): Promise<ReadonlyArray<Subject>> => {
  const shim = await loadShim()
  const files = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile())
  const wasms = files.filter(({ name }) => name.endsWith(".wasm")).map(({ name }) => name)
  if (wasms.length === 0) throw new Error(`--suite: expected .wasm files in ${directory}, found none`)
  const read = (name: string) => new Uint8Array(readFileSync(join(directory, name)))
  const beside = files
    .filter(({ name }) => !wasms.includes(name))
    .map(({ name }) => [name, read(name)] as const)
  return wasms.toSorted().map((name) => commandSubject(basename(name, ".wasm"), read(name), beside, shim))
}

export const commandSubject = (
  name: string,
  wasm: Uint8Array<ArrayBuffer>,
  files: ReadonlyArray<readonly [string, Uint8Array]>,
  shim: Shim
): Subject => ({
  name,
  kind: "other",
  wasm,
  answer: undefined,
  load: (module, attach) => () => {
    const hash = createHash("sha256")
    const output = () => new shim.ConsoleStdout((bytes) => hash.update(bytes))
    const found = new Map(files.map(([file, bytes]) => [file, new shim.File(bytes.slice())]))
    const fds = [
      new shim.OpenFile(new shim.File([])),
      output(),
      output(),
      new shim.PreopenDirectory(".", found)
    ]
    const wasi = new shim.WASI([name], [], fds, { debug: false })
    const imports = { ...wasi.wasiImport, ...sameEveryTime(() => wasi.inst.exports.memory) }
    const instance = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: imports,
      wasi_unstable: imports,
      bench: { start: () => undefined, end: () => undefined }
    })
    const meter = attach(instance)
    meter.start()
    // The cast: a command exports its memory and `_start`; of one that does not, the shim says so.
    const status = wasi.start(instance as CommandInstance)
    return { answer: `${status} ${hash.digest("hex")}`, fuel: meter.charged() }
  }
})

/** Time and chance as a count of what was asked. */
const sameEveryTime = (memory: () => WebAssembly.Memory): WebAssembly.ModuleImports => {
  let asked = 0
  return {
    clock_time_get: (_clock: number, _precision: bigint, at: number) => {
      new DataView(memory().buffer).setBigUint64(at >>> 0, BigInt(++asked) * 1_000_000n, true)
      return 0
    },
    random_get: (at: number, length: number) => {
      const bytes = new Uint8Array(memory().buffer, at >>> 0, length >>> 0)
      for (let i = 0; i < bytes.length; i++) bytes[i] = ++asked
      return 0
    }
  }
}

interface CommandInstance {
  readonly exports: { readonly memory: WebAssembly.Memory; readonly _start: () => unknown }
}

/** What is used of the package that is WASI here. */
export interface Shim {
  readonly WASI: new (
    args: Array<string>,
    env: Array<string>,
    fds: Array<unknown>,
    options: { readonly debug: boolean }
  ) => {
    readonly wasiImport: WebAssembly.ModuleImports
    readonly inst: CommandInstance
    readonly start: (instance: CommandInstance) => number
  }
  readonly File: new (bytes: Uint8Array | Array<number>) => unknown
  readonly OpenFile: new (file: unknown) => unknown
  readonly ConsoleStdout: new (write: (bytes: Uint8Array) => void) => unknown
  readonly PreopenDirectory: new (name: string, contents: Map<string, unknown>) => unknown
}

const PACKAGE: string = "@bjorn3/browser_wasi_shim"

export const loadShim = async (): Promise<Shim> => {
  try {
    // The cast: of version 0.4.2, and checked by the suite's own test.
    return (await import(PACKAGE)) as Shim
  } catch (cause) {
    throw new Error(`--suite: WASI is served by the package ${PACKAGE}, which is not installed`, { cause })
  }
}
