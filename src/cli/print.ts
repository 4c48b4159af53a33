import { EXIT } from "./ExitStatus.ts"

/**
 * The two streams: what was asked for goes to standard output, everything else to standard error.
 *
 * A reader that has seen enough closes its end (`munition inspect d.mntn | head`): that is no error, and the status
 * stays what it is. A stream is only opened when it is first written to, which takes some milliseconds.
 *
 * Whatever is printed, none of it acts on the terminal: what would is escaped here, last, whoever forgot it before.
 */
export const printOut = (text: string): void => write(process.stdout, text)

export const printErr = (text: string): void => write(process.stderr, text)

/** One object, and nothing else, on standard output. What JSON has no word for is `null`. */
export const printJson = (value: unknown): void =>
  printOut(`${JSON.stringify(value, (_, field) => (field === undefined ? null : field))}\n`)

const listening = new Set<NodeJS.WriteStream>()

const write = (stream: NodeJS.WriteStream, text: string): void => {
  if (!listening.has(stream)) {
    listening.add(stream)
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return
      process.exitCode = EXIT.refused
      if (stream === process.stdout)
        printErr(`munition: standard output cannot be written: ${error.message}\n`)
    })
  }
  stream.write(text.replace(ACTS, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`))
}

/**
 * Controls but for line break and tab, and the marks that turn the direction of writing. The escape is JSON's, so that
 * an object stays what it was: `JSON.stringify` leaves U+009B alone, which begins a command as ESC [ does.
 */
const ACTS = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
