import { servePeer } from "./poolPeers.ts"

/** The process of `isolated-vm`: a kept isolate, and a context of its own for each call. */
interface IsolatedVm {
  readonly Isolate: new (options: {
    readonly memoryLimit: number
  }) => {
    readonly createContextSync: () => Context
    readonly compileScriptSync: (code: string) => Script
  }
  readonly ExternalCopy: new (value: unknown) => { readonly copyInto: () => unknown }
}

interface Context {
  readonly evalClosureSync: (code: string, args: ReadonlyArray<unknown>) => unknown
  readonly release: () => void
}

interface Script {
  readonly runSync: (context: Context, options: { readonly reference: true }) => Called
}

interface Called {
  readonly applySync: (receiver: undefined, args: ReadonlyArray<number>) => unknown
  readonly release: () => void
}

servePeer((load, wasm) => {
  // The package has types of its own, but it is not installed where they could be seen.
  const { Isolate, ExternalCopy } = load("isolated-vm") as IsolatedVm
  const isolate = new Isolate({ memoryLimit: 128 })
  const add = isolate.compileScriptSync("(a, b) => a + b")
  const bytes = new ExternalCopy(wasm.slice().buffer)
  return {
    "of JavaScript": (count) => {
      for (let i = 0; i < count; i++) {
        const context = isolate.createContextSync()
        const called = add.runSync(context, { reference: true })
        const sum = called.applySync(undefined, [i, 2])
        called.release()
        if (sum !== i + 2) throw new Error(`expected ${i + 2}, got ${sum}`)
        context.release()
      }
    },
    "of the same module": (count) => {
      for (let i = 0; i < count; i++) {
        const context = isolate.createContextSync()
        const sum = context.evalClosureSync(
          "return new WebAssembly.Instance(new WebAssembly.Module($0)).exports.add($1, 2)",
          [bytes.copyInto(), i]
        )
        if (sum !== i + 2) throw new Error(`expected ${i + 2}, got ${sum}`)
        context.release()
      }
    }
  }
})
