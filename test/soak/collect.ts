/** Collects on the thread that guests run on; each thread has a heap of its own. Only there with --expose-gc. */
export const collect = (): number => {
  const { gc } = globalThis as { readonly gc?: () => void } // The cast: see above.
  gc?.()
  return gc === undefined ? 0 : 1
}
