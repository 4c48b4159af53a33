/** An element, as strictly as XML 1.0 has it; whatever else is a fault of the text. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: ReadonlyArray<Element>
  readonly text: string
}

/** Parses a document of elements, attributes and text; throws for anything that is not well-formed or not among them. */
export const parseXml = (document: string): Element => {
  if (HELD.test(document)) throw new Error("a character that XML cannot hold")
  let rest = document.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, "")
  const take = (pattern: RegExp): RegExpExecArray => {
    const found = pattern.exec(rest)
    if (found === null) throw new Error(`expected ${pattern} at ${JSON.stringify(rest.slice(0, 60))}`)
    rest = rest.slice(found[0].length)
    return found
  }
  const parseElement = (): Element => {
    const [, name = ""] = take(/^<([A-Za-z]+)/)
    const attributes: Record<string, string> = {}
    for (let next = ATTRIBUTE.exec(rest); next !== null; next = ATTRIBUTE.exec(rest)) {
      const [whole, key = "", value = ""] = next
      if (Object.hasOwn(attributes, key)) throw new Error(`twice: ${key}`)
      attributes[key] = unescape(value)
      rest = rest.slice(whole.length)
    }
    const [, closed] = take(/^(\/?)>/)
    if (closed === "/") return { name, attributes, children: [], text: "" }
    const children: Array<Element> = []
    let text = ""
    for (;;) {
      text += unescape(take(/^[^<]*/)[0])
      if (rest.startsWith("</")) break
      children.push(parseElement())
    }
    if (take(/^<\/([A-Za-z]+)>/)[1] !== name) throw new Error(`${name} is closed by another`)
    return { name, attributes, children, text }
  }
  const found = parseElement()
  if (rest.trim() !== "") throw new Error(`after the end: ${rest.slice(0, 60)}`)
  return found
}

const ATTRIBUTE = /^ ([A-Za-z][\w-]*)="([^"<]*)"/

const HELD = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

const unescape = (text: string): string => {
  if (/&(?!#\d+;)/.test(text)) throw new Error(`a bare ampersand: ${text}`)
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
}

/** The element and everything in it. */
export const allOf = (element: Element): ReadonlyArray<Element> => [
  element,
  ...element.children.flatMap(allOf)
]
