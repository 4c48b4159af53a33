import type { Module, Section, SectionKind } from "../../wasm/Module.ts"
import { SECTION_KINDS } from "../../wasm/SectionKinds.ts"

type PlainKind = Exclude<SectionKind, "custom" | "serialized">

const ORDER: ReadonlyArray<string> = SECTION_KINDS.map(({ kind }) => kind)

/** The place of a section among the others: `SECTION_KINDS` lists them as a file must have them. */
const place = (section: Section): number =>
  ORDER.indexOf(section.kind === "serialized" ? section.of : section.kind)

/**
 * The module with one section made anew from the old one, put in its proper place if there was none, or
 * dropped where `change` returns `undefined`. Custom sections stay where they are.
 */
export const changeSection = <K extends PlainKind>(
  module: Module,
  kind: K,
  change: (old: Extract<Section, { kind: K }> | undefined) => Section | undefined
): Module => {
  const index = module.sections.findIndex((section) => section.kind === kind)
  if (index >= 0) {
    const old = module.sections[index]
    // The cast: `findIndex` found it by this very kind.
    const made = change(old as Extract<Section, { kind: K }>)
    return {
      ...module,
      sections: module.sections.flatMap((s, i) => (i !== index ? [s] : made ? [made] : []))
    }
  }
  const made = change(undefined)
  if (made === undefined) return module
  const before = module.sections.findIndex(
    (section) => section.kind !== "custom" && place(section) > place(made)
  )
  const at = before < 0 ? module.sections.length : before
  return { ...module, sections: [...module.sections.slice(0, at), made, ...module.sections.slice(at)] }
}

/** Offset of the contents of the code section in an encoded module, 0 without one. */
export const codeSectionStart = (bytes: Uint8Array): number => {
  let at = 8
  while (at < bytes.length) {
    const id = bytes[at++]
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      size += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    if (id === 10) return at
    at += size
  }
  return 0
}
