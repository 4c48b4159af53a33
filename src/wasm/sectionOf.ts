import type { Body, Module, Section, SectionKind } from "./Module.ts"

/** *Returns* the module's section of a kind, the first for a custom one, `undefined` if it has none. */
export const sectionOf = <K extends SectionKind>(
  module: Module,
  kind: K
): Extract<Section, { readonly kind: K }> | undefined =>
  module.sections.find((section): section is Extract<Section, { readonly kind: K }> => section.kind === kind)

const NO_BODIES: ReadonlyArray<Body> = []

/**
 * *Returns* the bodies of the functions that the module defines, in their order, imports not counted. Each says
 * where it stood in the file: `offset`, its locals; `code.start`, its first instruction; `code.end`, its end.
 */
export const bodiesOf = (module: Module): ReadonlyArray<Body> =>
  sectionOf(module, "code")?.bodies ?? NO_BODIES
