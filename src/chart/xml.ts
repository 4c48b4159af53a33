/**
 * Elements as text. What is handed in may be anybody's: every character that means something to a parser is
 * escaped, and what XML cannot hold at all (controls, halves of characters) is shown by its number.
 */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: ReadonlyArray<string> = []
): string => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join("")
  if (children.length === 0) return `<${name}${written}/>`
  const [only = ""] = children
  if (children.length === 1 && !only.includes("<")) return `<${name}${written}>${only}</${name}>`
  const inner = children.map((child) => child.replace(/^/gm, "  ")).join("\n")
  return `<${name}${written}>\n${inner}\n</${name}>`
}

export const escapeXml = (text: string): string =>
  text
    .replace(UNHOLDABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`)
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)

/** Beyond the specification's own ban, what turns the direction of writing: a label must not rearrange a picture. */
const UNHOLDABLE =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]|\p{Cs}/gu
