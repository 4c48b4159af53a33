import type { FuncType, TypeGroup } from "../../wasm/Module.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import type { AppendedFunction } from "./AppendedFunction.ts"

/**
 * What is added at the end of the index spaces of types and functions, while it is being added.
 *
 * Types are found again by their shape, so that twenty helpers of one shape cost one type.
 */
export class Appendix {
  readonly groups: Array<TypeGroup> = []
  readonly functions: Array<AppendedFunction & { readonly typeIndex: number }> = []
  readonly #firstType: number
  readonly #firstFunc: number
  readonly #typeByShape = new Map<string, number>()

  constructor(firstType: number, firstFunc: number) {
    this.#firstType = firstType
    this.#firstFunc = firstFunc
  }

  /** The index of a function type, added if need be. */
  type(params: ReadonlyArray<ValueType>, results: ReadonlyArray<ValueType>): number {
    const shape = JSON.stringify([params, results])
    const known = this.#typeByShape.get(shape)
    if (known !== undefined) return known
    const composite: FuncType = { kind: "func", params, results }
    const index = this.#firstType + this.groups.length
    this.groups.push({ rec: false, types: [{ form: "plain", supertypes: [], composite }] })
    this.#typeByShape.set(shape, index)
    return index
  }

  /** The index of a function, added; of a type that there is, or of one of its shape. */
  func(appended: AppendedFunction, typeIndex = this.type(appended.params, appended.results)): number {
    return this.#firstFunc + this.functions.push({ ...appended, typeIndex }) - 1
  }
}
