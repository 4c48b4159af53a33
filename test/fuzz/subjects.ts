import fc from "fast-check"
import { generateModule } from "./generateModule.ts"
import { LAWS, NAN_LAWS, Subject } from "./laws.ts"

/** The random modules that the laws are held against, and the laws that hold for each kind. */

/** What a module is made of: a list of numbers (`Tape.ts`), and whether it may show the bits of NaNs. */
export interface Seedling {
  readonly numbers: ReadonlyArray<number>
  readonly showsNan: boolean
}

export const seedling = (most = 700): fc.Arbitrary<Seedling> =>
  fc.record({
    numbers: fc.array(fc.nat(0xffff), { minLength: 30, maxLength: most, size: "max" }),
    showsNan: fc.nat(3).map((n) => n === 1)
  })

export const subjectOf = ({ numbers, showsNan }: Seedling): Subject =>
  new Subject(generateModule(numbers, { showsNan }), numbers.slice(0, 12))

/** Holds a module against every law; *fails* with `Broken`. */
export const holdLaws = (seed: Seedling): Subject => {
  const subject = subjectOf(seed)
  for (const law of Object.values(seed.showsNan ? NAN_LAWS : LAWS)) law(subject)
  return subject
}
