import { compileText } from "./compileText.ts"

/**
 * The module `spectest` that every script may import from.
 *
 * A module and not JavaScript functions, so that it links by its types. What needs a feature that an older V8
 * lacks stands in a module of its own, and is not there when that V8 refuses it.
 * *Source*: the test suite's interpreter, its host module.
 */
export const makeSpectest = (): WebAssembly.ModuleImports => {
  const exports: WebAssembly.ModuleImports = Object.create(null)
  for (const text of TEXTS) {
    const bytes = compileText({ kind: "text", text })
    if (typeof bytes === "string") throw new Error(bytes)
    if (WebAssembly.validate(bytes))
      Object.assign(exports, new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports)
  }
  return exports
}

const TEXTS = [
  `(module
    (global (export "global_i32") i32 (i32.const 666))
    (global (export "global_i64") i64 (i64.const 666))
    (global (export "global_f32") f32 (f32.const 666.6))
    (global (export "global_f64") f64 (f64.const 666.6))
    (table (export "table") 10 20 funcref)
    (memory (export "memory") 1 2)
    (func (export "print"))
    (func (export "print_i32") (param i32))
    (func (export "print_i64") (param i64))
    (func (export "print_f32") (param f32))
    (func (export "print_f64") (param f64))
    (func (export "print_i32_f32") (param i32 f32))
    (func (export "print_f64_f64") (param f64 f64)))`,
  `(module (table (export "table64") i64 10 20 funcref))`,
  `(module (memory (export "shared_memory") 1 2 shared))`
]
