import type { Job } from "../Job.ts"

interface Esbuild {
  readonly initialize: (options: { wasmModule: WebAssembly.Module; worker: boolean }) => Promise<void>
  readonly build: (options: object) => Promise<{ outputFiles: ReadonlyArray<{ path: string; text: string }> }>
  readonly stop: () => Promise<void>
}

interface Build {
  onResolve(options: { filter: RegExp }, f: (args: { path: string }) => object): void
  onLoad(options: { filter: RegExp; namespace: string }, f: (args: { path: string }) => object): void
}

/**
 * Go: goroutines, a garbage collector, and a stack that is unwound to JavaScript whenever they all wait. The
 * browser's face of the package with no worker, since the one for Node runs its module in a child of its own.
 */
export const esbuild: Job = {
  name: "esbuild-wasm",
  task: "bundles and minifies three files of TypeScript and JSX from memory, with a source map",
  sign: "items",
  run: async (load) => {
    // A page's name for what Node calls globalThis.
    Object.assign(globalThis, { self: globalThis })
    // It tells the module where each plugin was set up, read off a stack: the fuel would depend on the path to here.
    Error.stackTraceLimit = 0
    const { default: lib } = await load.module<{ default: Esbuild }>("esbuild-wasm/lib/browser.js")
    const wasmModule = await WebAssembly.compile(load.bytes("esbuild-wasm/esbuild.wasm"))
    await lib.initialize({ wasmModule, worker: false })
    const { outputFiles } = await lib.build({
      entryPoints: ["main"],
      bundle: true,
      minify: true,
      sourcemap: "external",
      outdir: "out",
      target: "es2020",
      plugins: [{ name: "memory", setup: serveFromMemory }]
    })
    await lib.stop()
    return JSON.stringify(outputFiles.map(({ path, text }) => [path, text]))
  }
}

const serveFromMemory = (build: Build): void => {
  build.onResolve({ filter: /.*/ }, ({ path }) => ({ path: path.replace("./", ""), namespace: "memory" }))
  build.onLoad({ filter: /.*/, namespace: "memory" }, ({ path }) => ({
    contents: FILES.get(path) ?? "",
    loader: path === "main" ? "tsx" : "ts"
  }))
}

const FILES: ReadonlyMap<string, string> = new Map([
  [
    "main",
    `import { Stack, unused } from "./stack"
     import * as colours from "./colours"
     const h = (tag: string, props: object | null, ...inner: unknown[]) => ({ tag, props, inner })
     enum Side { Left = 1, Right = Left << 1, Both = Left | Right }
     export async function* show<T extends { readonly id?: number }>(items: Iterable<T>) {
       const stack = new Stack<T>()
       for (const item of items) stack.push(item)
       while (stack.size > 0) yield <p class={colours.name(stack.pop()?.id ?? 0n)}>{Side.Both} items</p>
     }`
  ],
  [
    "stack",
    `export class Stack<T> {
       #items: T[] = []
       push(...items: T[]) { this.#items.push(...items) }
       pop(): T | undefined { return this.#items.pop() }
       get size() { return this.#items.length }
     }
     export const unused = () => { throw new Error("shaken off") }`
  ],
  [
    "colours",
    `const table = { 0: "red", 1: "green", 2: "blue" } as const
     export const name = (id: number | bigint) => table[Number(id) % 3 as keyof typeof table] ?? \`colour \${id ** 2}\``
  ]
])
