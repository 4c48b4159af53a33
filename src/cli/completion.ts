import type { Command, Option } from "commander"
import { type Ending, EXIT } from "./ExitStatus.ts"
import { printOut } from "./print.ts"
import type { Invocation } from "./program.ts"

/**
 * `munition completion`: a script for a shell, made from the tree that parses the command line.
 *
 * It completes subcommands, options, the choices of an option and, everywhere else, files. Nothing is run at
 * completion: the script knows everything.
 */
export const completion = ({ command, args }: Invocation): Promise<Ending> => {
  const words = wordsOf(command.parent?.commands ?? [])
  printOut(SCRIPTS[args[0] ?? ""]?.(words) ?? "")
  return Promise.resolve(EXIT.done)
}

interface Words {
  readonly name: string
  readonly summary: string
  /** Choices of its first argument, or the names of its own subcommands. */
  readonly choices: ReadonlyArray<string>
  /** Whether files follow such a choice. */
  readonly files: boolean
  readonly options: ReadonlyArray<OptionWords>
}

interface OptionWords {
  readonly flags: ReadonlyArray<string>
  readonly takesValue: boolean
  readonly choices: ReadonlyArray<string>
  readonly help: string
}

const wordsOf = (commands: ReadonlyArray<Command>): ReadonlyArray<Words> => [
  ...commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    choices:
      command.commands.length > 0
        ? command.commands.map((one) => one.name())
        : (command.registeredArguments[0]?.argChoices ?? []),
    files: command.commands.length > 0,
    options: optionsOf(command)
  })),
  {
    name: "help",
    summary: "print the help of a command",
    choices: commands.map((one) => one.name()),
    files: false,
    options: []
  }
]

/** Those of its own subcommands are put together. */
const optionsOf = (command: Command): ReadonlyArray<OptionWords> => {
  const all = [command, ...command.commands].flatMap(({ options }) => options.map(optionWords))
  const known = new Map(all.map((one) => [one.flags.join("|"), one]))
  return [...known.values(), HELP]
}

const optionWords = (option: Option): OptionWords => ({
  flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
  takesValue: option.required,
  choices: option.argChoices ?? [],
  help: option.description
})

const HELP: OptionWords = { flags: ["-h", "--help"], takesValue: false, choices: [], help: "print this help" }

const flagsOf = ({ options }: Words): string => options.flatMap(({ flags }) => flags).join(" ")

const bash = (commands: ReadonlyArray<Words>): string => {
  const withChoices = commands.flatMap(({ options }) => options).filter(({ choices }) => choices.length > 0)
  const choices = new Map(withChoices.map((one) => [one.flags.join("|"), one.choices.join(" ")]))
  return `# bash completion for munition
_munition() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --version --help" -- "$word"))
    return
  fi
  case "$before" in
${[...choices].map(([flags, words]) => `    ${flags}) COMPREPLY=($(compgen -W "${words}" -- "$word")); return ;;`).join("\n")}
  esac
  case "\${COMP_WORDS[1]} $COMP_CWORD $word" in
${commands
  .filter(({ options }) => options.length > 0)
  .map((one) => `    ${one.name}\\ *\\ -*) COMPREPLY=($(compgen -W "${flagsOf(one)}" -- "$word")) ;;`)
  .join("\n")}
${commands
  .filter((one) => one.choices.length > 0)
  .map((one) => `    ${one.name}\\ 2\\ *) COMPREPLY=($(compgen -W "${one.choices.join(" ")}" -- "$word")) ;;`)
  .join("\n")}
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _munition munition
`
}

const zsh = (commands: ReadonlyArray<Words>): string => `#compdef munition
_munition() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands
  .map(
    ({ name, options, choices }) =>
      `    ${name}) _arguments ${[
        ...options.flatMap((option) => zshOption(option)),
        ...(choices.length > 0 ? [quote(`2:argument:(${choices.join(" ")})`)] : []),
        quote("*:file:_files")
      ].join(" \\\n      ")} ;;`
  )
  .join("\n")}
  esac
}
if [ "$funcstack[1]" = "_munition" ]; then _munition "$@"; else compdef _munition munition; fi
`

const zshOption = ({ flags, takesValue, choices, help }: OptionWords): ReadonlyArray<string> =>
  flags.map((flag) => {
    const value = choices.length > 0 ? `:value:(${choices.join(" ")})` : takesValue ? ":value:_files" : ""
    return quote(`*${flag}[${help.replace(/[[\\]:]/g, " ")}]${value}`)
  })

const fish = (commands: ReadonlyArray<Words>): string => {
  const names = commands.map(({ name }) => name).join(" ")
  return [
    "# fish completion for munition",
    ...commands.map(
      ({ name, summary }) =>
        `complete -c munition -n "not __fish_seen_subcommand_from ${names}" -f -a ${name} -d ${quote(summary)}`
    ),
    ...commands.flatMap(({ name, options, choices, files }) => [
      ...(choices.length > 0
        ? [
            `complete -c munition -n "__fish_seen_subcommand_from ${name}"${files ? "" : " -f"} -a "${choices.join(" ")}"`
          ]
        : []),
      ...options.map((option) => fishOption(name, option))
    ]),
    ""
  ].join("\n")
}

const fishOption = (command: string, { flags, takesValue, choices, help }: OptionWords): string => {
  const named = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const value = choices.length > 0 ? ` -x -a "${choices.join(" ")}"` : takesValue ? " -r" : ""
  return `complete -c munition -n "__fish_seen_subcommand_from ${command}" ${named.join(" ")}${value} -d ${quote(help)}`
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const SCRIPTS: Readonly<Record<string, (commands: ReadonlyArray<Words>) => string>> = { bash, zsh, fish }
