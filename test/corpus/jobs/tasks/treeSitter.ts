import type { Job } from "../Job.ts"

interface TreeSitter {
  readonly Parser: (new () => {
    setLanguage(language: unknown): void
    parse(text: string | ((index: number) => string | undefined)): { readonly rootNode: Node }
  }) & { init(): Promise<void> }
  readonly Language: { load(bytes: Uint8Array): Promise<unknown> }
}

interface Node {
  toString(): string
  readonly descendantCount: number
}

/**
 * Two modules that are one program: the grammar is linked into the parser's memory and table at run time, and
 * each calls the other through that table, with no JavaScript between. The text comes by an import, piece by piece.
 */
export const treeSitter: Job = {
  name: "tree-sitter",
  task: "parses 90 kB of JavaScript by a grammar that is a second module in the same memory and table",
  sign: "(program (expression_statement",
  run: async (load) => {
    const { Parser, Language } = await load.module<TreeSitter>("web-tree-sitter/web-tree-sitter.js")
    await Parser.init()
    const parser = new Parser()
    parser.setLanguage(await Language.load(load.bytes("tree-sitter-javascript/tree-sitter-javascript.wasm")))
    const text = new TextDecoder().decode(load.bytes("esbuild-wasm/lib/browser.js"))
    const pieces = parser.parse((index) => text.slice(index, index + 1000))
    const broken = parser.parse("const = function (((")
    return `${pieces.rootNode.descendantCount} ${pieces.rootNode} ${broken.rootNode}`
  }
}
