import { createRequire, syncBuiltinESMExports } from "node:module"
import { NO_GRANTS } from "../../../src/host/Grant.ts"
import { makeSources } from "../../../src/host/makeSources.ts"

/**
 * Answers everything by which a script in this process learns the time, throws dice or sees where it runs.
 *
 * Time and chance reach a package's module by way of its JavaScript: `Date`, `performance.now`, `Math.random`,
 * `crypto`. Each reading of a clock is the next millisecond and the dice are one seeded stream, so a job asks the
 * same and is told the same in every run. Timers go by the real clock still: they decide when, not what is told.
 *
 * Place is input too: C libraries take the path of the script, the language and the zone into their memory, so
 * the fuel of one job differed by a few hundred units between two folders. With it fixed, the fuel is the same
 * under Node 22, 24 and 26. What cannot be fixed from here is `process.argv0`: who starts the process says "node".
 */
export const virtualSources = (): void => {
  const { clock, random } = makeSources(NO_GRANTS)
  const nowMs = () => Number(clock.nowMs())
  const startedMs = nowMs()
  const RealDate = Date
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args: ReadonlyArray<number>, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [nowMs()] : [...args], newTarget),
    apply: () => new RealDate(nowMs()).toString(),
    get: (target, key, receiver) => (key === "now" ? nowMs : Reflect.get(target, key, receiver))
  })
  const hrtime = (before?: readonly [number, number]): [number, number] => {
    const ms = nowMs() - startedMs
    const [seconds, nanos] = before ?? [0, 0]
    const elapsed = ms * 1e6 - seconds * 1e9 - nanos
    return [Math.floor(elapsed / 1e9), elapsed % 1e9]
  }
  const fill = <A extends ArrayBufferView | ArrayBuffer>(target: A): A => {
    const bytes =
      target instanceof ArrayBuffer
        ? new Uint8Array(target)
        : new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number(random.nextU64() >> 56n)
    return target
  }
  const randomUUID = () => {
    const bytes = fill(new Uint8Array(16))
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    return Buffer.from(bytes)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
  }

  define(globalThis, { Date: VirtualDate })
  define(performance, { now: () => nowMs() - startedMs, timeOrigin: startedMs })
  define(process, {
    hrtime: Object.assign(hrtime, { bigint: () => BigInt(nowMs() - startedMs) * 1_000_000n })
  })
  // 53 bits of the 64: what a double between 0 and 1 holds.
  define(Math, { random: () => Number(random.nextU64() >> 11n) / 2 ** 53 })
  define(crypto, { getRandomValues: fill, randomUUID })
  const nodeCrypto = createRequire(import.meta.url)("node:crypto")
  // Its getRandomValues asks the one above.
  define(nodeCrypto, {
    randomUUID,
    randomFillSync: fill,
    randomBytes: (size: number) => Buffer.from(fill(new Uint8Array(size)))
  })
  syncBuiltinESMExports()

  process.argv.splice(0, process.argv.length, "node")
  for (const name of Object.keys(process.env)) delete process.env[name]
  process.env["TZ"] = "UTC"
  define(navigator, { language: "en-US", languages: ["en-US"] })
}

const define = (target: object, values: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(target, name, { value, configurable: true, writable: true })
}
