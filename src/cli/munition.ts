#!/usr/bin/env node
/**
 * The command's first file. It imports nothing and keeps to old JavaScript, so that a Node that is too old still
 * reads it and is told what is missing; everything else is loaded afterwards.
 *
 * Compiled code is kept in the user's own cache directory, which saves a third of the start. Not in the machine's
 * temporary directory: V8 trusts what it finds there, and others can write to that.
 */
const NEEDED = [22, 19] as const

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `munition needs Node ${NEEDED.join(".")} or later, and this is Node ${process.versions.node}.\n`
  )
  process.exitCode = 2
} else {
  keepCompiledCode()
  import("./main.ts")
    .then(({ main }) => main(process.argv.slice(2)))
    .then(
      (status) => {
        // A stream that could not be written has set it already.
        if (process.exitCode === undefined) process.exitCode = status
      },
      (defect) => {
        process.stderr.write(
          `munition: a defect of its own: ${defect instanceof Error ? defect.stack : String(defect)}\n`
        )
        process.exitCode = 4
      }
    )
}

function keepCompiledCode() {
  const home = process.env["XDG_CACHE_HOME"] || (process.env["HOME"] && `${process.env["HOME"]}/.cache`)
  if (!home || process.env["NODE_COMPILE_CACHE"]) return
  // It answers with a status and throws for no directory, be it unwritable or a file.
  process.getBuiltinModule("node:module").enableCompileCache(`${home}/munition/compiled`)
}
