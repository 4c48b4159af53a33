import type { Job } from "../Job.ts"

interface QuickJs {
  readonly newQuickJSWASMModuleFromVariant: (variant: unknown) => Promise<{
    evalCode(code: string): string
  }>
}

/** An interpreter: deep recursion in C, a garbage collector, and re-entry for every function of the host. */
export const quickjs: Job = {
  name: "quickjs",
  task: "evaluates a script: sorting, expressions, closures, generators, JSON, Math.random, Date",
  sign: "17389",
  run: async (load) => {
    const core = await load.module<QuickJs>("quickjs-emscripten-core/dist/index.mjs")
    const variant = await load.module<{ default: unknown }>(
      "@jitl/quickjs-wasmfile-release-sync/dist/index.mjs"
    )
    const quickjs = await core.newQuickJSWASMModuleFromVariant(variant.default)
    return JSON.stringify(quickjs.evalCode(SCRIPT))
  }
}

const SCRIPT = `
  const primes = []
  for (let n = 2; primes.length < 2000; n++) if (primes.every((p) => p * p > n || n % p)) primes.push(n)
  const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2))
  function* words(text) { for (const [word] of text.matchAll(/\\w+/g)) yield word }
  const shuffled = primes.map((p) => [Math.random(), p]).sort((a, b) => a[0] - b[0]).map(([, p]) => p)
  const dig = (n) => { if (n === 0) throw new Error("the bottom"); return [n].map(() => dig(n - 1)) }
  let bottom
  try { dig(60) } catch (error) { bottom = error.stack.split("\\n").length }
  JSON.stringify({
    last: primes.at(-1), fib: fib(20), words: [...words("so it goes, and goes")], shuffled: shuffled.slice(0, 10),
    big: String(3n ** 200n), date: new Date().toISOString(), bottom
  })`
