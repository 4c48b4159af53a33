/**
 * Where the meter's own things are in a metered module: the end of every index space, so that no index of the
 * guest's moves.
 *
 * ```
 *   functions   guest's … | settle  settleLocal  overflow  [allocate]  helpers…  [totals]  [entries…]
 *               [start]  [vector readers…]
 *   globals     guest's … | fuel (i32)  depth (i32)  [heap (i64)]
 *   tables      guest's … | hooks (3 funcref: refill, stop, park)
 *   memories    guest's … | [writes (16 pages)]
 *   types       guest's … | hook (i32)->(i32)   ()->()   helpers' …
 * ```
 * Plain numbers: it goes with the compiled module through caches and threads, and it is all that is needed to
 * rewrite one function again, for the map of its offsets.
 */
export interface MeterLayout {
  readonly fuelGlobal: number
  readonly depthGlobal: number
  /** -1 where the module makes no objects. */
  readonly heapGlobal: number
  readonly hookTable: number
  readonly hookType: number
  readonly settleFunc: number
  /** Settles with the counter that it is given, and returns the next. */
  readonly settleLocalFunc: number
  readonly overflowFunc: number
  /** -1 where the module makes no objects. */
  readonly allocateFunc: number
  /** The helper number h is the function `firstHelperFunc + h`. */
  readonly firstHelperFunc: number
  /** The memory of `writeMap.ts`, -1 where writes are not tracked. */
  readonly writesMemory: number
}

/**
 * What the global counter holds while the counter is in a local. No counter gets so low: what is charged at once is
 * at most 65,536 times the highest price.
 */
export const COUNTER_IN_LOCAL = -(2 ** 31)

/** Entries of the hook table, which the host fills: each takes an i32 and gives one. */
export const HOOK_REFILL = 0
export const HOOK_STOP = 1
/** Called only where `refill` has answered {@link PARK}. */
export const HOOK_PARK = 2

/** What `refill` answers where the guest is to wait: `park` then gives the counter with which it goes on. */
export const PARK = -2

/** What the module tells the `stop` hook. */
export const STOP_STACK = 1
export const STOP_OBJECTS = 2
export const STOP_GROWTH = 3
