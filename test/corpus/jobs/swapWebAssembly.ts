import { MeteredProcess } from "./MeteredProcess.ts"

/**
 * Puts the meter under a process: from here on every module that is compiled through `WebAssembly` is metered.
 *
 * A package that is loaded afterwards does its work on metered modules and cannot tell: objects keep their
 * classes, `instanceof` and identities hold, the added exports show nowhere. `WebAssembly.validate` stays: it answers for
 * the bytes that were asked about. `Global` and `Memory` stay too; `Table` and `promising` unwrap functions.
 */
export const swapWebAssembly = (): MeteredProcess => {
  const real = copyOf(WebAssembly)
  const { now } = performance
  const metered = new MeteredProcess(real, now.bind(performance))
  const { depths } = metered

  const compileNow = (source: BufferSource): WebAssembly.Module => {
    const { bytes, note } = metered.meter(source)
    const module = new real.Module(bytes)
    note(module)
    return module
  }
  const compile = async (source: BufferSource): Promise<WebAssembly.Module> => {
    const { bytes, note } = metered.meter(source)
    const module = await real.compile(bytes)
    note(module)
    return module
  }
  const instantiateNow = (
    module: WebAssembly.Module,
    imports?: WebAssembly.Imports
  ): WebAssembly.Instance => {
    const instance = new real.Instance(module, imports)
    metered.adopt(module, instance, imports)
    return instance
  }
  const instantiateModule = async (module: WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const instance = await real.instantiate(module, imports)
    metered.adopt(module, instance, imports)
    return instance
  }
  const instantiate = async (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
    if (source instanceof real.Module) return instantiateModule(source, imports)
    const module = await compile(source)
    return { module, instance: await instantiateModule(module, imports) }
  }
  const received = async (response: Response | PromiseLike<Response>) => (await response).arrayBuffer()

  // Constructors that answer with an object of the real class: `instanceof` then holds on both sides.
  function Module(source: BufferSource) {
    return compileNow(source)
  }
  Module.prototype = real.Module.prototype
  Object.assign(Module, {
    exports: (module: WebAssembly.Module) => metered.exportsOf(module),
    imports: real.Module.imports,
    customSections: real.Module.customSections
  })
  function Instance(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    return instantiateNow(module, imports)
  }
  Instance.prototype = real.Instance.prototype

  Object.assign(WebAssembly, {
    Module,
    Instance,
    compile,
    instantiate,
    compileStreaming: async (response: Response) => compile(await received(response)),
    instantiateStreaming: async (response: Response, imports?: WebAssembly.Imports) =>
      instantiate(await received(response), imports)
  })

  const table = copyOf(real.Table.prototype)
  Object.assign(real.Table.prototype, {
    get(this: WebAssembly.Table, index: number) {
      const entry = table.get.call(this, index)
      return typeof entry === "function" ? depths.wrap(entry) : entry
    },
    // The arguments as they are: one that is absent is not one that is undefined.
    set(this: WebAssembly.Table, index: number, ...value: [unknown?]) {
      table.set.call(this, index, ...value.map((v) => depths.unwrap(v)))
    },
    grow(this: WebAssembly.Table, delta: number, ...value: [unknown?]) {
      return table.grow.call(this, delta, ...value.map((v) => depths.unwrap(v)))
    }
  })
  // Stack switching, which the types do not know and not every Node has: it wants the exported function itself.
  if ("promising" in real && typeof real.promising === "function") {
    const { promising } = real
    Object.assign(WebAssembly, { promising: (f: unknown) => depths.wrap(promising(depths.unwrap(f))) })
  }
  return metered
}

/** The properties of a built-in as they are now, those that are not enumerable too. */
const copyOf = <A extends object>(original: A): A =>
  Object.defineProperties(Object.create(null), Object.getOwnPropertyDescriptors(original))
