import type { Job } from "../Job.ts"

interface SourceMap {
  readonly SourceMapConsumer: {
    with<A>(map: string, url: null, use: (consumer: Consumer) => A): Promise<A>
  }
}

interface Consumer {
  eachMapping(
    f: (mapping: { generatedLine: number; originalLine: number; name: string | null }) => void
  ): void
  originalPositionFor(at: { line: number; column: number }): object
  allGeneratedPositionsFor(at: { source: string; line: number }): object
  readonly sources: ReadonlyArray<string>
}

/** Rust without bindings: an import is called for each of tens of thousands of mappings. */
export const sourceMap: Job = {
  name: "source-map",
  task: "reads a map of a real bundle: all mappings in order, then positions both ways",
  sign: '"source":"src/',
  run: async (load) => {
    const lib = await load.module<{ default: SourceMap }>("source-map/source-map.js")
    const map = new TextDecoder().decode(load.bytes("web-tree-sitter/web-tree-sitter.cjs.map"))
    return lib.default.SourceMapConsumer.with(map, null, (consumer) => {
      const lines: Array<string> = []
      consumer.eachMapping((m) => lines.push(`${m.generatedLine} ${m.originalLine} ${m.name}`))
      for (let line = 1; line < 3000; line += 7)
        lines.push(JSON.stringify(consumer.originalPositionFor({ line, column: 9 })))
      for (const source of consumer.sources)
        lines.push(JSON.stringify(consumer.allGeneratedPositionsFor({ source, line: 20 })))
      return lines.join("\n")
    })
  }
}
