import { Command, Option } from "commander"
import { CHARTS } from "../../actors/charts.ts"
import { ArgumentCommand, PairCommand } from "./ArgumentCommand.ts"
import { MODULE_OPTIONS, type ParsedOptions, type PolicyOption, RUN_OPTIONS } from "./policyOptions.ts"
import { printErr, printOut } from "./print.ts"

/**
 * The command line: every subcommand, argument and option, with what help says of it.
 *
 * Nothing is done here; `run` is told which subcommand was asked for. The completion scripts are made from the same
 * tree, so what is not in it is neither parsed nor completed.
 */
export interface Invocation {
  readonly command: Command
  readonly args: ReadonlyArray<string>
  readonly options: ParsedOptions
}

export const SUBCOMMANDS = [
  "fire",
  "validate",
  "inspect",
  "meter",
  "snapshot",
  "audit",
  "chart",
  "completion"
] as const
export type Subcommand = (typeof SUBCOMMANDS)[number]

/** How a statechart can be written, and the path of an instance on it. */
export const CHART_FORMATS = ["svg", "mermaid", "json", "scxml"] as const
export type ChartFormat = (typeof CHART_FORMATS)[number]
export const PICTURE_FORMATS = ["svg", "mermaid"] as const
export type PictureFormat = (typeof PICTURE_FORMATS)[number]

export const SHELLS = ["bash", "zsh", "fish"] as const

export const makeProgram = (
  version: string,
  run: (name: Subcommand, invocation: Invocation) => Promise<void>
): Command => {
  const program = new Command("munition")
    .description("Runs WebAssembly that nobody vouches for: metered, isolated, captured.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ helpWidth: HELP_COLUMNS })
    .configureOutput({
      getOutHelpWidth: () => HELP_COLUMNS,
      getErrHelpWidth: () => HELP_COLUMNS,
      writeOut: printOut,
      writeErr: printErr
    })
    .addHelpText("after", PROGRAM_NOTES)
  const add = (command: Command, name: Subcommand): void => {
    program.addCommand(prepare(command, program, `munition ${name}`, name))
  }
  const prepare = (command: Command, above: Command, called: string, name: Subcommand): Command => {
    command.copyInheritedSettings(above)
    command.helpOption("-h, --help", "print this help")
    command.showHelpAfterError(`usage: ${called} ${command.usage()}\n\`munition help ${name}\` tells more`)
    for (const one of command.commands) prepare(one, command, `${called} ${one.name()}`, name)
    if (command.commands.length === 0)
      command.action(() => run(name, { command, args: command.args, options: command.opts() }))
    return command
  }
  add(fireCommand(), "fire")
  add(validateCommand(), "validate")
  add(inspectCommand(), "inspect")
  add(meterCommand(), "meter")
  add(snapshotCommand(), "snapshot")
  add(chartCommand(), "chart")
  add(auditCommand(), "audit")
  add(completionCommand(), "completion")
  return program.showHelpAfterError("usage: munition <command> [options]\n`munition help` lists the commands")
}

/** The same on every terminal and in a pipe: what a test reads is what a person sees. */
const HELP_COLUMNS = 100

const PROGRAM_NOTES = `
Exit status:
  0    the guest returned, the module is valid, the question is answered
  1    the guest crashed
  2    the command line cannot be parsed
  3    refused or invalid; a file that cannot be read or written
  4    a defect of munition's own
  130  interrupted (SIGINT); 143 terminated (SIGTERM)

Values and answers go to standard output, everything else to standard error.`

const JSON_HELP = "print exactly one JSON object on standard output"

const fireCommand = (): Command =>
  withPolicy(new ArgumentCommand("fire", 2), [...RUN_OPTIONS, ...MODULE_OPTIONS])
    .summary("run one function of a module")
    .description("Runs one exported function of a module, in an instance of its own.")
    .argument("<file>", "the WebAssembly module")
    .argument("<function>", "the name under which the function is exported")
    .argument("[args...]", "numerals: 42, -5, 0xff, 1.5, nan, inf; null for a reference")
    .option("--dump <file>", "where the dump of a crash goes; without it none is written")
    .option("--inline", "run in this thread: faster to start, but a signal ends it without a dump")
    .option("--json", JSON_HELP)
    .addHelpText(
      "after",
      `
Options may stand anywhere before a "--". An argument that begins with two dashes must stand after it.

Examples:
  munition fire sampler.wasm factorial 20
  munition fire sampler.wasm infinite_loop --fuel 1000 --dump crash.mntn
  munition fire clock.wasm now --grant time:virtual --json`
    )

const validateCommand = (): Command =>
  withPolicy(new Command("validate"), MODULE_OPTIONS)
    .summary("check a module without running it")
    .description("Checks that a module is well-formed, within its bounds and accepted once it is metered.")
    .argument("<file>", "the WebAssembly module")
    .option("--require <name>", "a function that it must export, repeatable", collect)
    .option(
      "--allow-import <module.name>",
      "an import that it may have, or module.*; no others, repeatable",
      collect
    )
    .option("--no-imports", "it may have no imports but those of --allow-import")
    .option("--json", JSON_HELP)

const inspectCommand = (): Command =>
  new PairCommand("inspect", "--hex")
    .summary("look into the dump of a crash")
    .description("Describes the dump of a crash, or answers questions about its memory.")
    .argument("<dump>", "a file that `munition fire --dump` wrote")
    .addOption(new Option("--hex <offset> <length>", "bytes of memory, decimal or 0x").argParser(String))
    .option("--strings", "printable text in the memory")
    .option("--find <hex>", "offsets at which the memory holds these bytes")
    .option("--stack", "the guest's call stack")
    .option("--memory <index>", "which memory is meant", "0")
    .option("--json", JSON_HELP)
    .addHelpText(
      "after",
      `
Examples:
  munition inspect crash.mntn
  munition inspect crash.mntn --hex 1024 4
  munition inspect crash.mntn --find 2a000000 --json`
    )

const meterCommand = (): Command =>
  withPolicy(new Command("meter"), MODULE_OPTIONS)
    .summary("write the metered module")
    .description("Writes the module that V8 would be given: the guest with the meter in it.")
    .argument("<file>", "the WebAssembly module")
    .requiredOption("-o, --output <file>", "where the metered module goes")

const snapshotCommand = (): Command =>
  withPolicy(new Command("snapshot"), [...RUN_OPTIONS, ...MODULE_OPTIONS])
    .summary("run an initialiser and write what it left")
    .description("Runs an initialiser once and writes the module that starts where it ended.")
    .argument("<file>", "the WebAssembly module")
    .requiredOption("--init <function>", "the initialiser: an exported function without parameters")
    .requiredOption("-o, --output <file>", "where the new module goes")
    .option("--keep", "leave the initialiser among the exports")
    .option("--rename-export <old=new>", "another name for an export, repeatable", collect)
    .option("--dump <file>", "where the dump of a crash goes; without it none is written")
    .option("--inline", "run in this thread: faster to start, but a signal ends it without a dump")
    .option("--json", JSON_HELP)

const chartCommand = (): Command =>
  new Command("chart")
    .summary("draw a statechart")
    .description("Draws one of Munition's statecharts, or lists them.")
    .addArgument(
      new Command().createArgument("[name]", "which; without it they are listed").choices(Object.keys(CHARTS))
    )
    .addOption(new Option("--format <format>", "a picture or a text").choices(CHART_FORMATS).default("svg"))
    .option("-o, --output <file>", "where it goes; without it to standard output")
    .addHelpText(
      "after",
      `
svg is a picture, mermaid one for Markdown, json what XState reads, scxml the W3C's notation.

Examples:
  munition chart
  munition chart instance -o instance.svg
  munition chart instance --format mermaid`
    )

const AUDIT_FILES = "files of one log, in any order"

const auditChartCommand = (): Command =>
  new Command("chart")
    .summary("draw the path that one instance took")
    .description("Draws the path that one instance took, on the statechart of instances.")
    .argument("<files...>", AUDIT_FILES)
    .requiredOption("--instance <id>", "whose path")
    .addOption(new Option("--format <format>", "a picture or a text").choices(PICTURE_FORMATS).default("svg"))
    .option("-o, --output <file>", "where it goes; without it to standard output")

const auditCommand = (): Command =>
  new Command("audit")
    .summary("check and read an audit log")
    .description("Checks an audit log, or shows what it holds.")
    .helpCommand(false)
    .addCommand(auditVerifyCommand())
    .addCommand(auditShowCommand())
    .addCommand(auditChartCommand())
    .addHelpText(
      "after",
      `
Options of its commands:
  verify  --expect <sequence:hash> --json
  show    --instance <id> --chart <name> --json
  chart   --instance <id> --format <format> --output <file>

\`munition audit verify --help\` and the like tell more.`
    )

const auditVerifyCommand = (): Command =>
  new Command("verify")
    .summary("check that no line was changed, removed or moved")
    .description("Checks that no line of an audit log was changed, removed or moved.")
    .argument("<files...>", AUDIT_FILES)
    .option("--expect <sequence:hash>", "a line that was there before, as an earlier check printed it")
    .option("--json", JSON_HELP)
    .addHelpText(
      "after",
      `
What was removed from the end is only found with --expect. Gaps, which the log itself tells of, are
printed, and are nothing wrong.

Examples:
  munition audit verify audit.log
  munition audit verify audit.log* --expect 1041:5a0c…`
    )

const auditShowCommand = (): Command =>
  new Command("show")
    .summary("show the path of one instance, or a summary")
    .description("Shows the path that one instance took, or counts what an audit log holds.")
    .argument("<files...>", AUDIT_FILES)
    .option("--instance <id>", "the instance whose path is shown")
    .option("--chart <name>", "the id is of one that follows this statechart")
    .option("--json", JSON_HELP)
    .addHelpText(
      "after",
      `
Examples:
  munition audit show audit.log
  munition audit show audit.log --instance 7
  munition audit show audit.log --chart scheduler --instance 0 --json`
    )

const completionCommand = (): Command =>
  new Command("completion")
    .summary("print a completion script for a shell")
    .description("Prints a completion script for a shell.")
    .addArgument(new Command().createArgument("<shell>").choices([...SHELLS]))
    .addHelpText(
      "after",
      `
Examples:
  source <(munition completion bash)
  munition completion zsh > "\${fpath[1]}/_munition"
  munition completion fish > ~/.config/fish/completions/munition.fish`
    )

const withPolicy = <C extends Command>(command: C, rows: ReadonlyArray<PolicyOption>): C => {
  for (const { flag, value, kind, help, choices } of rows) {
    const option = new Option(`${flag} ${value}`, help)
    if (choices !== undefined) option.choices([...choices])
    // After the choices, which bring a parser that keeps one value; the plan checks each that was given.
    if (kind === "list") option.argParser(collect)
    command.addOption(option)
  }
  return command
}

const collect = (value: string, before: ReadonlyArray<string> | undefined): ReadonlyArray<string> => [
  ...(before ?? []),
  value
]
