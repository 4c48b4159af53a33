/** Host functions that an attack is made against; loaded by the threads that run guests. */
export const explode = (): never => {
  throw new Error("boom")
}

/** How much of what it is given is neither memory, clock, chance nor log: what could call into the guest. */
export const reach = (context: Readonly<Record<string, object>>): number =>
  Object.keys(context).filter((name) => !["memory", "clock", "random", "emitLog"].includes(name)).length
