import type { StorageType, ValueType } from "./ValueType.ts"

/**
 * A module as the file has it: its sections in their order, nothing resolved, nothing lost.
 *
 * Written back unchanged it gives the same bytes: names are strings, integers are numbers, and the widths
 * of those that were longer than need be are kept beside them ({@link Widths}). To change a module, make a new
 * one out of old sections and new ones.
 * Code and constant expressions stay in the file as windows, because real modules have 14 million instructions.
 */
export interface Module {
  /** The file; windows point into it. */
  readonly bytes: Uint8Array
  readonly sections: ReadonlyArray<Section>
}

export type Section =
  | CustomSection
  | TypeSection
  | ImportSection
  | FunctionSection
  | TableSection
  | MemorySection
  | TagSection
  | GlobalSection
  | ExportSection
  | StartSection
  | ElementSection
  | DataCountSection
  | CodeSection
  | DataSection
  | SerializedSection

export type SectionKind = Section["kind"]

/** Where a section stood; absent in one that was made by hand. */
export interface SectionOrigin {
  /** Offset of the section's id. */
  readonly offset: number
  /** Offset of its contents. */
  readonly start: number
  /** Offset after its contents. */
  readonly end: number
}

interface SectionBase {
  readonly origin?: SectionOrigin
  /** Bytes of the size field; the writer takes as many or, if the size needs it, more. */
  readonly sizeWidth?: number
  readonly widths?: Widths
}

/**
 * Widths in bytes of the integers that are longer than their value needs: offset, width, offset, width, where an
 * offset counts from the start of the section's contents (of a body's locals, of an instruction). The writer
 * pads what it writes at such an offset, as far as the integer's type allows: what is unchanged comes out the
 * same, what has moved comes out valid.
 */
export type Widths = ReadonlyArray<number>

/** A run of instructions in some bytes: a body's up to and with its last `end`, or a constant expression's. */
export interface Code {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

export interface CustomSection extends SectionBase {
  readonly kind: "custom"
  readonly name: string
  readonly payload: Uint8Array
}

export interface TypeSection extends SectionBase {
  readonly kind: "type"
  readonly groups: ReadonlyArray<TypeGroup>
}

/** Types that may refer to each other; one type alone is written without the `rec` around it. */
export interface TypeGroup {
  readonly rec: boolean
  readonly types: ReadonlyArray<SubType>
}

export interface SubType {
  /** Without `sub` a type is final and has no supertypes. */
  readonly form: "plain" | "sub" | "sub final"
  readonly supertypes: ReadonlyArray<number>
  readonly composite: CompositeType
}

export type CompositeType = FuncType | StructType | ArrayType

export interface FuncType {
  readonly kind: "func"
  readonly params: ReadonlyArray<ValueType>
  readonly results: ReadonlyArray<ValueType>
}

export interface StructType {
  readonly kind: "struct"
  readonly fields: ReadonlyArray<FieldType>
}

export interface ArrayType {
  readonly kind: "array"
  readonly element: FieldType
}

export interface FieldType {
  readonly storage: StorageType
  readonly mutable: boolean
}

export type ExternKind = "func" | "table" | "memory" | "global" | "tag"

export interface ImportSection extends SectionBase {
  readonly kind: "import"
  readonly imports: ReadonlyArray<Import>
}

export interface Import {
  readonly module: string
  readonly name: string
  readonly type: ExternType
}

export type ExternType =
  | { readonly kind: "func"; readonly typeIndex: number }
  | { readonly kind: "table"; readonly table: TableType }
  | { readonly kind: "memory"; readonly limits: Limits }
  | { readonly kind: "global"; readonly global: GlobalType }
  | { readonly kind: "tag"; readonly typeIndex: number }

export interface Limits {
  readonly address: "i32" | "i64"
  readonly shared: boolean
  /** In pages or elements. */
  readonly min: bigint
  readonly max: bigint | undefined
}

export interface TableType {
  readonly element: ValueType
  readonly limits: Limits
}

export interface GlobalType {
  readonly type: ValueType
  readonly mutable: boolean
}

export interface FunctionSection extends SectionBase {
  readonly kind: "function"
  readonly typeIndices: ReadonlyArray<number>
}

export interface TableSection extends SectionBase {
  readonly kind: "table"
  readonly tables: ReadonlyArray<Table>
}

export interface Table {
  readonly type: TableType
  /** What every element starts as; without it, null. */
  readonly init: Code | undefined
}

export interface MemorySection extends SectionBase {
  readonly kind: "memory"
  readonly memories: ReadonlyArray<Limits>
}

export interface TagSection extends SectionBase {
  readonly kind: "tag"
  readonly typeIndices: ReadonlyArray<number>
}

export interface GlobalSection extends SectionBase {
  readonly kind: "global"
  readonly globals: ReadonlyArray<Global>
}

export interface Global {
  readonly type: GlobalType
  readonly init: Code
}

export interface ExportSection extends SectionBase {
  readonly kind: "export"
  readonly exports: ReadonlyArray<Export>
}

export interface Export {
  readonly name: string
  readonly kind: ExternKind
  readonly index: number
}

export interface StartSection extends SectionBase {
  readonly kind: "start"
  readonly funcIndex: number
}

export interface ElementSection extends SectionBase {
  readonly kind: "element"
  readonly segments: ReadonlyArray<ElementSegment>
}

export interface ElementSegment {
  readonly mode: SegmentMode
  readonly items:
    | { readonly kind: "funcs"; readonly funcIndices: Indices }
    /** `type` is `undefined` where the file leaves it out: then `funcref`. */
    | { readonly kind: "exprs"; readonly type: ValueType | undefined; readonly exprs: ReadonlyArray<Code> }
}

/** Numbers in their order; the decoder makes four bytes of each, because a segment may have ten million. */
export type Indices = ArrayLike<number> & Iterable<number>

export type SegmentMode =
  | { readonly kind: "passive" }
  | { readonly kind: "declarative" }
  /** `index`, of a table or memory, is `undefined` where the file leaves it out: then 0. */
  | { readonly kind: "active"; readonly index: number | undefined; readonly offset: Code }

export interface DataCountSection extends SectionBase {
  readonly kind: "dataCount"
  readonly count: number
}

export interface CodeSection extends SectionBase {
  readonly kind: "code"
  readonly bodies: ReadonlyArray<Body>
}

export interface Body {
  /** Bytes of the body's size field; as a section's. */
  readonly sizeWidth?: number
  /** Offset, in the code's bytes, of the body: of its locals, after its size. */
  readonly offset: number
  readonly locals: ReadonlyArray<LocalRun>
  readonly localWidths?: Widths
  readonly code: Code
}

export interface LocalRun {
  readonly count: number
  readonly type: ValueType
}

export interface DataSection extends SectionBase {
  readonly kind: "data"
  readonly segments: ReadonlyArray<DataSegment>
}

export interface DataSegment {
  readonly mode: SegmentMode
  readonly init: Uint8Array
}

/** A section whose contents its maker wrote already, taken as they are: how a meter hands in a code section. */
export interface SerializedSection extends SectionBase {
  readonly kind: "serialized"
  readonly of: Exclude<SectionKind, "custom" | "serialized">
  readonly contents: Uint8Array
}
