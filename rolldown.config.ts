import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { defineConfig, type Plugin } from "rolldown"

/**
 * The command as a few files, its dependencies included: of the 300 modules that it would load one by one, half of a
 * firing's time on the command line is finding them (169 ms against 101 at best, bare Node 25).
 *
 * Only the command: who imports `munition` must share one Effect with it. The thread that runs guests is found beside
 * the code that starts it, so it is an entry of that name, and so is the
 * program of a child process.
 */
export default defineConfig({
  input: {
    munition: "dist/src/cli/munition.js",
    "worker/main": "dist/src/runtime/worker/main.js",
    "worker/child": "dist/src/runtime/worker/child.js"
  },
  platform: "node",
  // Graphviz's 1.2 MB are for one command, stay where npm put them, and come without a licence file to copy.
  external: [/^node:/, "@viz-js/viz"],
  output: {
    dir: "dist/command",
    format: "esm",
    chunkFileNames: ({ name }) => `${name.replaceAll(".", "-")}-[hash].js`
  },
  plugins: [licences()]
})

/** What is copied into the command keeps its authors' notices. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const packages = new Set<string>()
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue
        for (const id of chunk.moduleIds) {
          const [path] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []
          if (path !== undefined) packages.add(path)
        }
      }
      const texts = [...packages].sort().map((path) => {
        const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name))
        if (file === undefined) throw new Error(`${path} has no licence to bundle`)
        const { name, version } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"))
        return `${name} ${version}\n\n${readFileSync(join(path, file), "utf8").trim()}\n`
      })
      this.emitFile({
        type: "asset",
        fileName: "LICENCES.txt",
        source: texts.join(`\n${"-".repeat(80)}\n\n`)
      })
    }
  }
}
