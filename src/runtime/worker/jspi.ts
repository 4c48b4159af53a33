/**
 * The engine's way to suspend a guest, WebAssembly's promise integration: absent in Node 22, and in Node 24 without its
 * flag `--experimental-wasm-jspi`.
 *
 * `promising` makes of an exported function one that answers with a promise; while it runs, a `Suspending` import
 * that answers with a promise suspends it, and the thread goes on with something else. Between the two there must be
 * no frame of JavaScript: V8 then throws what a guest's `catch_all` catches.
 */
interface Jspi {
  // The parameters are of whatever type the import has.
  readonly Suspending: new (
    run: (...args: ReadonlyArray<never>) => Promise<unknown>
  ) => () => unknown
  readonly promising: (run: unknown) => (...args: ReadonlyArray<unknown>) => Promise<unknown>
}

// The cast: newer than the declarations, so both are asked for by name before they are used.
const engine = WebAssembly as unknown as Partial<Jspi>

/** `undefined` where the engine has none. */
export const jspi: Jspi | undefined =
  engine.Suspending === undefined || engine.promising === undefined
    ? undefined
    : { Suspending: engine.Suspending, promising: engine.promising }
