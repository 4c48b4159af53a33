/**
 * Reads a floating-point literal of the text format to its bits, rounded once and to nearest, ties to even.
 *
 * In whole numbers of any size: through a JavaScript number, `f32` literals would be rounded twice.
 */
export const readFloat = (
  type: "f32" | "f64",
  literal: string
): { readonly bits: bigint; readonly quiet: bigint } => {
  const format = FORMATS[type]
  const [, sign, rest = ""] = /^([+-]?)(.+)$/.exec(literal) ?? []
  const negative = sign === "-" ? 1n << BigInt(format.fraction + format.exponent) : 0n
  const infinity = ((1n << BigInt(format.exponent)) - 1n) << BigInt(format.fraction)
  const quiet = infinity | (1n << BigInt(format.fraction - 1))
  const payload = /^nan:(0x[0-9a-fA-F_]+)$/.exec(rest)?.[1]
  if (payload !== undefined) return { bits: negative | infinity | BigInt(payload.replaceAll("_", "")), quiet }
  if (/^nan(:canonical|:arithmetic)?$/.test(rest)) return { bits: negative | quiet, quiet }
  // The long word is of the oldest scripts.
  if (rest === "inf" || rest === "infinity") return { bits: negative | infinity, quiet }
  const { numerator, denominator } = readFraction(rest)
  const magnitude = nearest(numerator, denominator, format)
  return { bits: negative | (magnitude > infinity ? infinity : magnitude), quiet }
}

interface Format {
  /** Bits. */
  readonly fraction: number
  readonly exponent: number
}

const FORMATS: Readonly<Record<"f32" | "f64", Format>> = {
  f32: { fraction: 23, exponent: 8 },
  f64: { fraction: 52, exponent: 11 }
}

const readFraction = (literal: string): { readonly numerator: bigint; readonly denominator: bigint } => {
  const match =
    /^0x([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/.exec(literal.replaceAll("_", "")) ??
    /^()()()(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(literal.replaceAll("_", ""))
  if (match === null) throw new Error(`no floating-point number: ${literal}`)
  const hex = match[4] === undefined
  const [whole = "", part = "", exponent = "0"] = hex ? match.slice(1, 4) : match.slice(4, 7)
  const digits = BigInt(`${hex ? "0x" : ""}${whole}${part}`)
  // A hexadecimal digit is four binary places, and the exponent counts those; a decimal one counts tens.
  const places = hex ? BigInt(exponent) - BigInt(part.length * 4) : BigInt(exponent) - BigInt(part.length)
  const base = hex ? 2n : 10n
  return places >= 0n
    ? { numerator: digits * base ** places, denominator: 1n }
    : { numerator: digits, denominator: base ** -places }
}

/** The bits of the number next to the fraction; beyond the largest it may be more than infinity's. */
const nearest = (numerator: bigint, denominator: bigint, { fraction, exponent }: Format): bigint => {
  if (numerator === 0n) return 0n
  const least = 2 - 2 ** (exponent - 1)
  const estimate = bitLength(numerator) - bitLength(denominator)
  const below =
    numerator * 2n ** BigInt(Math.max(0, -estimate)) < denominator * 2n ** BigInt(Math.max(0, estimate))
  const power = Math.max(least, below ? estimate - 1 : estimate)
  const shift = fraction - power
  const above = numerator << BigInt(Math.max(0, shift))
  const under = denominator << BigInt(Math.max(0, -shift))
  const floor = above / under
  const twice = (above % under) * 2n
  const up = twice > under || (twice === under && (floor & 1n) === 1n)
  // A normal number's leading 1 is part of `floor` and carries into the exponent, which is hence one less here.
  return (BigInt(power - least) << BigInt(fraction)) + floor + (up ? 1n : 0n)
}

const bitLength = (value: bigint): number => value.toString(2).length
