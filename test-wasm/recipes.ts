import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseWat } from "../test/guests/wat.ts"

/**
 * Which checked-in `.wasm` is made of what, by which pinned tool.
 *
 * The samplers are compiled from Rust, C and AssemblyScript, the kernels of the bench from C and Rust, those for
 * speed and not for size. The rest are text in a syntax that wabt cannot read
 * (garbage collection, typed function references); every other `.wat` is assembled by the tests as they run and
 * has no bytes here. The tools print their versions; one that prints another than the pinned is not used, since
 * its bytes would differ.
 */
export const folder = import.meta.dirname

export interface Recipe {
  /** Relative to this folder, as all paths are. */
  readonly output: string
  readonly source: string
  readonly tool: Tool
}

export interface Tool {
  readonly name: string
  /** Where to get it. */
  readonly from: string
  readonly versionCommand: ReadonlyArray<string>
  /** What the first line that it prints must hold. */
  readonly version: string
  readonly build: (source: string, output: string) => ReadonlyArray<string>
}

/** Reads all of WebAssembly 3.0 and writes what the text says, instruction for instruction. */
const wasmtime: Tool = {
  name: "wasmtime",
  from: "pip install wasmtime==49.0.0, for the python3 that PYTHON names",
  versionCommand: [
    python(),
    "-c",
    "import importlib.metadata as m; print('wasmtime', m.version('wasmtime'))"
  ],
  version: "wasmtime 49.0.0",
  build: (source, output) => [
    python(),
    "-c",
    "import sys, wasmtime; open(sys.argv[2], 'wb').write(wasmtime.wat2wasm(open(sys.argv[1]).read()))",
    source,
    output
  ]
}

/** By path: another rustc on the PATH has another standard library. The linker is that of `clang`. */
const rustc: Tool = {
  name: "rustc",
  from: "Debian 12: apt-get install rustc libstd-rust-dev-wasm32 lld-16",
  versionCommand: ["/usr/bin/rustc", "--version"],
  version: "rustc 1.63.0",
  build: (source, output) => [
    ...[
      "/usr/bin/rustc",
      "--edition",
      "2021",
      "--crate-type",
      "cdylib",
      "--target",
      "wasm32-unknown-unknown"
    ],
    ...["-C", "linker=wasm-ld-16", "-C", "linker-flavor=wasm-ld", "-C", "opt-level=s", "-C", "lto=fat"],
    ...["-C", "codegen-units=1", "-C", "panic=abort", "-C", "strip=symbols"],
    // The stack comes first: what is static begins where it ends.
    ...["-C", "link-arg=-zstack-size=1024", "-o", output, source]
  ]
}

const clang: Tool = {
  name: "clang",
  from: "Debian 12: apt-get install clang-16 lld-16",
  versionCommand: ["clang-16", "--version"],
  version: "clang version 16.0.6",
  build: (source, output) => [
    ...["clang-16", "--target=wasm32-unknown-unknown", "-std=c11", "-Os", "-Wall", "-Wextra", "-Werror"],
    ...["-ffreestanding", "-nostdlib", "-fuse-ld=/usr/bin/wasm-ld-16"],
    ...["-Wl,--no-entry,--strip-all,--global-base=1024,-z,stack-size=1024", "-o", output, source]
  ]
}

/** With what has been in every engine for years; vectors only where a kernel is about them, or all would have them. */
const clangFast: Tool = {
  ...clang,
  build: (source, output) => [
    ...["clang-16", "--target=wasm32-unknown-unknown", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"],
    ...[
      "-mbulk-memory",
      "-mnontrapping-fptoint",
      "-msign-ext",
      ...(usesVectors(source) ? ["-msimd128"] : [])
    ],
    ...["-ffreestanding", "-nostdlib", "-fuse-ld=/usr/bin/wasm-ld-16"],
    ...["-Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=65536", "-o", output, source]
  ]
}

const rustcFast: Tool = {
  ...rustc,
  build: (source, output) => [
    ...["/usr/bin/rustc", "--edition", "2021", "--crate-type", "cdylib"],
    ...["--target", "wasm32-unknown-unknown", "-C", "linker=wasm-ld-16", "-C", "linker-flavor=wasm-ld"],
    ...["-C", "opt-level=3", "-C", "lto=fat", "-C", "codegen-units=1", "-C", "panic=abort"],
    ...["-C", "strip=symbols", "-C", "target-feature=+bulk-memory,+nontrapping-fptoint"],
    ...["-C", "link-arg=--stack-first", "-C", "link-arg=-zstack-size=65536", "-o", output, source]
  ]
}

const asc: Tool = {
  name: "asc",
  from: "npx fetches assemblyscript 0.28.20",
  versionCommand: ["npx", "--yes", "--package=assemblyscript@0.28.20", "asc", "--version"],
  version: "Version 0.28.20",
  build: (source, output) => [
    ...["npx", "--yes", "--package=assemblyscript@0.28.20", "asc", source, "-O3", "--runtime", "stub"],
    ...["--noAssert", "--use", "abort=", "--initialMemory", "1", "-o", output]
  ]
}

export const readRecipes = (): ReadonlyArray<Recipe> => [
  { output: "rust/sampler.wasm", source: "rust/sampler.rs", tool: rustc },
  { output: "c/sampler.wasm", source: "c/sampler.c", tool: clang },
  { output: "assemblyscript/sampler.wasm", source: "assemblyscript/sampler.ts", tool: asc },
  ...globSync("kernels/*.{c,rs}", { cwd: folder })
    .toSorted()
    .map((source) => ({
      output: source.replace(/\.\w+$/, ".wasm"),
      source,
      tool: source.endsWith(".c") ? clangFast : rustcFast
    })),
  ...globSync("*/*.wat", { cwd: folder })
    .toSorted()
    .filter((source) => !wabtReads(source))
    .map((source) => ({ output: source.replace(/\.wat$/, ".wasm"), source, tool: wasmtime }))
]

const usesVectors = (source: string): boolean =>
  readFileSync(join(folder, source), "utf8").includes("<wasm_simd128.h>")

const wabtReads = (source: string): boolean => {
  try {
    parseWat(source, readFileSync(join(folder, source), "utf8"))
    return true
  } catch {
    return false
  }
}

function python(): string {
  return process.env["PYTHON"] ?? "python3"
}
