import * as fc from "fast-check"
import type { Arrow, Chart, ChartState } from "../../src/chart/Chart.ts"

/** Names that mean something to one format or another, and whatever else there is. */
export const arbitraryName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      '"><script>alert(1)</script>',
      "]]>",
      "<!--",
      "&amp;",
      "a.b",
      "a\\.b",
      "#instance",
      "_x41_",
      "A",
      "-1",
      ".."
    ],
    ...["\n[*] --> n1", "%%{init: {}}%%", "a : b; c", "end", "state", "style x:#a;", "{", "}", "#35;", "`"],
    ...[
      "constructor",
      "toString",
      "",
      " ",
      "\0",
      "\u001b[2J",
      "\ud800",
      "\ufffe",
      "\u202etxt",
      "é",
      "状態",
      "🧨"
    ],
    "x".repeat(300)
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ maxLength: 8 })
)

interface Tree {
  readonly name: string
  readonly kind: "atomic" | "final" | "parallel" | "compound"
  readonly children: ReadonlyArray<Tree>
  readonly actions: ReadonlyArray<string>
}

const named = fc.uniqueArray(arbitraryName, { minLength: 1, maxLength: 3 })

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2, depthIdentifier: "tree" },
    fc.record({
      name: fc.constant(""),
      kind: fc.constantFrom("atomic" as const, "final" as const),
      children: fc.constant([]),
      actions: fc.array(arbitraryName.filter(Boolean), { maxLength: 1 })
    }),
    fc
      .tuple(
        fc.constantFrom("compound" as const, "parallel" as const),
        named,
        fc.array(tie("tree"), { minLength: 3, maxLength: 3 })
      )
      .map(([kind, names, inner]) => ({
        name: "",
        kind,
        children: names.map((name, i) => ({ ...(inner[i] as Tree), name })),
        actions: []
      }))
  )
}))

/** Any chart with up to three levels: parallel regions, final states, guards, arrows from anywhere to anywhere. */
export const arbitraryChart: fc.Arbitrary<Chart> = fc
  .record({
    id: arbitraryName.filter(Boolean),
    names: named,
    inner: fc.array(tree, { minLength: 3, maxLength: 3 }),
    arrows: fc.array(
      fc.record({
        from: fc.nat(),
        to: fc.oneof(fc.constant(undefined), fc.nat()),
        event: fc.oneof(fc.constantFrom("", "*"), arbitraryName),
        guard: fc.option(arbitraryName.filter(Boolean), { nil: undefined }),
        reenter: fc.boolean()
      }),
      { maxLength: 12 }
    )
  })
  .map(({ id, names, inner, arrows }) => {
    const states: Array<ChartState> = []
    // The generated arrays are as long as the names.
    const top: Tree = {
      name: id,
      kind: "compound",
      children: names.map((name, i) => ({ ...(inner[i] as Tree), name })),
      actions: []
    }
    place(states, top, undefined)
    return { id, states, arrows: toArrows(states, arrows) }
  })

const place = (
  states: Array<ChartState>,
  { name, kind, children, actions }: Tree,
  parent: number | undefined
): number => {
  const index = states.length
  const state = {
    index,
    parent,
    name,
    kind,
    deep: false,
    children: [],
    initial: [],
    entry: actions,
    exit: []
  }
  states.push(state)
  const placed = children.map((child) => place(states, child, index))
  states[index] = { ...state, children: placed, initial: kind === "compound" ? placed.slice(0, 1) : [] }
  return index
}

const toArrows = (
  states: ReadonlyArray<ChartState>,
  drawn: ReadonlyArray<Omit<Arrow, "index" | "to" | "actions"> & { readonly to: number | undefined }>
): ReadonlyArray<Arrow> =>
  drawn
    .map((arrow) => ({
      ...arrow,
      from: arrow.from % states.length,
      // What has no event must lead somewhere, and the chart itself is nowhere to go.
      to: arrow.to === undefined ? (arrow.event === "" ? [1] : []) : [1 + (arrow.to % (states.length - 1))],
      actions: []
    }))
    .filter(({ from }) => states[from]?.kind !== "final")
    .sort((a, b) => a.from - b.from)
    .map((arrow, index) => ({ ...arrow, index }))
