/** A program of README.md, and what the page says that it prints. */
export interface Program {
  readonly code: string
  readonly output: string
}

/** A stretch of shell: commands behind `$`, each with the lines that it prints; `…` stands for anything. */
export interface Command {
  readonly command: string
  readonly output: ReadonlyArray<string>
}

const PROGRAM = /```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g

export const readPrograms = (page: string): ReadonlyArray<Program> =>
  [...page.matchAll(PROGRAM)].map(([, code = "", output = ""]) => ({ code, output }))

/** The page with other outputs, in the order of the programs. */
export const withOutputs = (page: string, outputs: ReadonlyArray<string>): string => {
  let next = 0
  return page.replace(PROGRAM, (_, code: string) => {
    const output = outputs[next] ?? ""
    next += 1
    return `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${output}\`\`\``
  })
}

export const readCommands = (page: string): ReadonlyArray<Command> =>
  [...page.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((one) => {
        const [command = "", ...output] = one.trimEnd().split("\n")
        return { command, output }
      })
  )

/** Whether a line is what the page shows of it. */
export const isShown = (shown: string, line: string): boolean =>
  new RegExp(`^${shown.split("…").map(escaped).join(".*")}$`).test(line)

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
