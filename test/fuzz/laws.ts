import { FunctionMaps } from "../../src/fuel/meter/FunctionMaps.ts"
import {
  PLACEMENT_DEFAULT,
  PLACEMENT_EXACT,
  PLACEMENT_RULES,
  type Placement
} from "../../src/fuel/meter/Placement.ts"
import { type PriceTable, WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { METER_OPTIONS, type MeteredInstance, type MeteredOptions } from "../fuel/meter/runMetered.ts"
import { decoded } from "../wasm/modules.ts"
import { canonicaliseNaively } from "./canonicaliseNaively.ts"
import { STEPS } from "./generateModule.ts"
import { meterNaively } from "./meterNaively.ts"
import { type Call, callsOf, type Play, playMetered, playPlain } from "./play.ts"

/**
 * What must hold of any module and its metered form, each law a function that throws {@link Broken}.
 *
 * A law gets a {@link Subject}, which has run the module plain and under the naive meter, and options that say how
 * the meter is tampered with: with none it holds, with a mutant's it must not.
 */
export class Broken extends Error {
  override readonly name = "Broken"
  readonly law: string
  constructor(law: string, what: string, expected: unknown, got: unknown) {
    super(`${law}: ${what}\n  expected ${JSON.stringify(expected)}\n  got      ${JSON.stringify(got)}`)
    this.law = law
  }
}

export class Subject {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly calls: ReadonlyArray<Call>
  readonly plain: Play
  readonly naive: Play
  /** Small numbers that a law may choose by. */
  readonly choices: ReadonlyArray<number>

  constructor(
    bytes: Uint8Array<ArrayBuffer>,
    choices: ReadonlyArray<number>,
    prices: PriceTable = WASMTIME_PRICES
  ) {
    if (!WebAssembly.validate(bytes)) throw new Broken("generator", "a valid module", true, complaint(bytes))
    this.bytes = bytes
    this.choices = choices
    this.calls = callsOf(bytes)
    this.plain = playPlain(bytes, this.calls)
    this.naive = playPlain(meterNaively(decoded(bytes), prices), this.calls)
  }

  choice(i: number): number {
    return this.choices[i % this.choices.length] ?? 0
  }
}

/** How a run is tampered with. */
export type Tampering = Pick<MeteredOptions, "prices" | "nan" | "placement" | "spoil" | "spoilRefill">

export type Law = (subject: Subject, tampering?: Tampering) => void

/** Placements to compare: as it ships, exact, no rule, two rules off alone, and two subsets at random. */
const placements = (subject: Subject): ReadonlyArray<Placement> => {
  const without = (off: (rule: string, i: number) => boolean): Placement => ({
    ...PLACEMENT_DEFAULT,
    // The names of the rules are booleans of the placement, as its type says.
    ...Object.fromEntries(PLACEMENT_RULES.map((rule, i) => [rule, !off(rule, i)]))
  })
  const random = (seed: number) => without((_, i) => ((seed >> (i % 16)) & 1) === 0)
  const all = [
    PLACEMENT_DEFAULT,
    PLACEMENT_EXACT,
    without(() => true),
    ...[2, 3].map((i) => without((_, at) => at === subject.choice(i) % Math.max(1, PLACEMENT_RULES.length))),
    ...[0, 1].map((i) => random(subject.choice(i)))
  ]
  const seen = new Set<string>()
  return all.filter(
    (placement) => !seen.has(JSON.stringify(placement)) && seen.add(JSON.stringify(placement))
  )
}

const isStopped = ({ rounds }: Play): boolean => rounds.some(({ stop }) => stop !== undefined)

const outcomes = ({ rounds }: Play): ReadonlyArray<string> =>
  rounds.map(({ name, outcome }) => `${name} ${outcome}`)

const same = (law: string, what: string, expected: Play, got: Play): void => {
  equal(law, `${what}: outcomes`, outcomes(expected), outcomes(got))
  equal(law, `${what}: host calls`, expected.host, got.host)
  equal(law, `${what}: state`, expected.state, got.state)
}

const equal = (law: string, what: string, expected: unknown, got: unknown): void => {
  if (JSON.stringify(expected) !== JSON.stringify(got)) throw new Broken(law, what, expected, got)
}

/** Values, traps, memories, globals and host calls are those of the module without a meter; fuel is the naive one's. */
const placementsAgree: Law = (subject, tampering = {}) => {
  const law = "placements agree"
  for (const placement of placements(subject)) {
    const what = JSON.stringify(placement)
    const made = playMetered(subject.bytes, subject.calls, { placement, ...tampering })
    valid(law, what, made.guest)
    if (isStopped(made)) continue
    same(law, what, subject.plain, made)
    made.rounds.forEach((round, i) => {
      const units = subject.naive.rounds[i]?.units ?? 0
      if (round.name === "start") return
      if (round.returned || placement.exact) equal(law, `${what}: units of ${round.name}`, units, round.units)
      else if (round.units < units)
        throw new Broken(law, `${what}: at the trap of ${round.name} at least`, units, round.units)
    })
  }
}

/** With canonical NaNs every bit is that of a module in which a child made them canonical. */
const nansAreCanonical: Law = (subject, tampering = {}) => {
  const law = "NaNs are canonical"
  const expected = playPlain(canonicaliseNaively(decoded(subject.bytes)), subject.calls)
  const made = playMetered(subject.bytes, subject.calls, { nan: "canonical", ...tampering })
  valid(law, "metered", made.guest)
  if (!isStopped(made)) same(law, "canonical", expected, made)
}

/** Slices of any size, for a placement at random, change neither what happens nor what it costs. */
const slicesDoNotMatter: Law = (subject, tampering = {}) => {
  const law = "slices do not matter"
  const all = placements(subject)
  const placement = all[subject.choice(2) % all.length] ?? PLACEMENT_DEFAULT
  const whole = playMetered(subject.bytes, subject.calls, { placement })
  if (isStopped(whole)) return
  const like = "spoil" in tampering ? {} : { like: whole.guest }
  for (const sliceMax of [0, 1, 7, 1000]) {
    const sliced = playMetered(subject.bytes, subject.calls, { placement, ...tampering, ...like, sliceMax })
    const what = `slices of ${sliceMax}, ${JSON.stringify(placement)}`
    same(law, what, whole, sliced)
    equal(law, `${what}: units`, units(whole), units(sliced))
  }
}

/** What the runs that returned cost. What a trap leaves may be the whole slice: its counter can die with a frame. */
const units = ({ rounds }: Play) => rounds.map((round) => (round.returned ? round.units : 0))

/** What may be charged in a frame between two looks. */
const UNCHECKED_MAX = 4096

/** What the counter may be below zero: a chunk of a bulk operation, and a frame's worth for every frame. */
const OVERDRAFT_MAX = 65_536 + 2 * STEPS * UNCHECKED_MAX

/** Of two allowances the smaller one ends a run with the same beginning, and exactly enough is enough. */
const allowancesAgree: Law = (subject, tampering = {}) => {
  const law = "allowances agree"
  const all = placements(subject)
  const placement = all[subject.choice(3) % all.length] ?? PLACEMENT_DEFAULT
  const calls = subject.calls.slice(0, 1)
  const full = playMetered(subject.bytes, calls, { placement })
  const like = "spoil" in tampering ? {} : { like: full.guest }
  const play = (fuel: number) => playMetered(subject.bytes, calls, { placement, ...tampering, ...like, fuel })
  const [round] = full.rounds
  if (round === undefined || round.name === "start" || isStopped(full)) return
  overdraft(law, "with much", full.guest)
  const { units } = round
  // A trap's units are a bound, but where the placement is exact.
  const counted = round.returned || placement.exact
  const what = (fuel: number) => `fuel ${fuel} of ${units}, ${JSON.stringify(placement)}`
  const enough = play(units)
  // A start function is given as much as `f`, which may be too little to come as far as that.
  if (enough.rounds[0]?.name === round.name) {
    same(law, what(units), full, enough)
    equal(law, `${what(units)}: stopped`, undefined, enough.rounds[0].stop)
    if (counted) equal(law, `${what(units)}: charged`, units, enough.rounds[0].units)
  }
  // What was executed up to a trap is the least that a run to there needs.
  const least = counted ? units : (subject.naive.rounds[0]?.units ?? 0)
  for (const fuel of new Set([least - 1, subject.choice(4) % least, Math.floor(least / 2), 0])) {
    const less = play(fuel)
    // A trap may come before a look: an exact build, run again, then says that the fuel was out.
    const trappedFirst = !counted && less.rounds[0]?.returned === false
    if (!trappedFirst) equal(law, `${what(fuel)}: stopped`, "fuel", less.rounds[0]?.stop)
    equal(law, `${what(fuel)}: host calls`, full.host.slice(0, less.host.length), less.host)
    overdraft(law, what(fuel), less.guest)
    // What is called first costs something, and a host is asked only while something is left.
    if (fuel === 0) equal(law, `${what(0)}: host calls`, [], less.host)
    if (units - fuel > OVERDRAFT_MAX) equal(law, `${what(fuel)}: returned`, false, less.rounds[0]?.returned)
  }
}

const overdraft = (law: string, what: string, guest: MeteredInstance): void => {
  if (guest.lowest < -OVERDRAFT_MAX)
    throw new Broken(law, `${what}: lowest counter`, -OVERDRAFT_MAX, guest.lowest)
}

/** A trap's frames, taken back through the maps, are those of the module without a meter. */
const trapsMapBack: Law = (subject, tampering = {}) => {
  const law = "traps map back"
  const all = placements(subject)
  const placement = all[subject.choice(5) % all.length] ?? PLACEMENT_DEFAULT
  const made = playMetered(subject.bytes, subject.calls, { placement })
  if (isStopped(made)) return
  const { plan } = made.guest.made
  const maps = new FunctionMaps(decoded(subject.bytes), plan, { ...METER_OPTIONS, placement, ...tampering })
  made.rounds.forEach((round, i) => {
    const expected = subject.plain.rounds[i]
    // A handled exception's text is the host's, and its frames are not a trap's.
    if (round.name === "start" || expected === undefined || expected.returned) return
    const got = round.run.frames
      .filter(({ funcIndex }) => funcIndex < plan.guestFuncs)
      .map(({ funcIndex, offset }) => ({
        funcIndex,
        offset: maps
          .mapOf(funcIndex)
          ?.toOriginal(offset - (plan.bodyOffsets[funcIndex - imported(subject)] ?? 0))
      }))
    equal(law, `${JSON.stringify(placement)}: frames of ${round.name}`, expected.run.frames, got)
  })
}

const imported = (subject: Subject): number =>
  decoded(subject.bytes)
    .sections.flatMap((s) => (s.kind === "import" ? s.imports : []))
    .filter(({ type }) => type.kind === "func").length

export const LAWS = {
  placementsAgree,
  slicesDoNotMatter,
  allowancesAgree,
  trapsMapBack
} as const satisfies Readonly<Record<string, Law>>

/** For modules that show the bits of NaNs, where plain runs cannot be compared. */
export const NAN_LAWS = { nansAreCanonical } as const satisfies Readonly<Record<string, Law>>

const valid = (law: string, what: string, guest: MeteredInstance): void => {
  const { bytes } = guest.made
  if (!WebAssembly.validate(bytes)) throw new Broken(law, `${what}: valid`, true, complaint(bytes))
}

/** What the engine has against a module. */
export const complaint = (bytes: Uint8Array<ArrayBuffer>): string => {
  try {
    new WebAssembly.Module(bytes)
    return "nothing"
  } catch (cause) {
    return String(cause)
  }
}
