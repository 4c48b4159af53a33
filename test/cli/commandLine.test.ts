import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { makeProgram, SHELLS, SUBCOMMANDS } from "../../src/cli/program.ts"
import { GRANT_NOTATIONS } from "../../src/host/Grant.ts"
import { root } from "../tidy/sources.ts"
import { inScratch, munition, sampler, scratch } from "./runMunition.ts"

const program = makeProgram("0.0.0", () => Promise.resolve())
const helpOf = (name: string) => program.commands.find((one) => one.name() === name)?.helpInformation() ?? ""

describe("the command line", () => {
  it("prints its help on standard output when asked, on standard error when it was told nothing", async () => {
    const asked = await munition(["--help"])
    const untold = await munition([])
    expect(asked).toMatchObject({ status: 0, stderr: "" })
    expect(untold).toMatchObject({ status: 2, stdout: "", stderr: asked.stdout })
    expect(asked.stdout).toMatchInlineSnapshot(`
      "Usage: munition [options] [command]

      Runs WebAssembly that nobody vouches for: metered, isolated, captured.

      Options:
        -V, --version                               print the version
        -h, --help                                  print this help

      Commands:
        fire [options] <file> <function> [args...]  run one function of a module
        validate [options] <file>                   check a module without running it
        inspect [options] <dump>                    look into the dump of a crash
        meter [options] <file>                      write the metered module
        snapshot [options] <file>                   run an initialiser and write what it left
        chart [options] [name]                      draw a statechart
        audit                                       check and read an audit log
        completion <shell>                          print a completion script for a shell
        help [command]                              print the help of a command

      Exit status:
        0    the guest returned, the module is valid, the question is answered
        1    the guest crashed
        2    the command line cannot be parsed
        3    refused or invalid; a file that cannot be read or written
        4    a defect of munition's own
        130  interrupted (SIGINT); 143 terminated (SIGTERM)

      Values and answers go to standard output, everything else to standard error.
      "
    `)
  })

  it("describes firing on one page", () => {
    expect(helpOf("fire")).toMatchInlineSnapshot(`
      "Usage: munition fire [options] <file> <function> [args...]

      Runs one exported function of a module, in an instance of its own.

      Arguments:
        file                      the WebAssembly module
        function                  the name under which the function is exported
        args                      numerals: 42, -5, 0xff, 1.5, nan, inf; null for a reference

      Options:
        --fuel <amount>           units of fuel, or trivial, simple, moderate, complex, heavy (default:
                                  100000)
        --timeout <time>          milliseconds, or with a unit: 300ms, 2s, 1m (default: 5000)
        --grant <capability>      what the guest may do, repeatable: time, time:virtual, random,
                                  random:virtual, random:virtual=SEED, log, filesystem_read,
                                  filesystem_write, network
        --exact-fuel <count>      units up to which a crash is run again for its exact fuel (default:
                                  10000000)
        --memory-pages <count>    pages of 64 KiB that its memories may have together (default: 1024)
        --table-elements <count>  elements that its tables may have together (default: 200000)
        --object-bytes <count>    bytes of garbage-collected objects it may allocate (default: 268435456)
        --stack-slots <count>     parameters, locals and operands of the calls in progress (default:
                                  65536)
        --nan <bits>              canonical makes the bits of a NaN the same everywhere (default: engine)
                                  (choices: "canonical", "engine")
        --prices <table>          what a unit of fuel is: an instruction, or a time (default: wasmtime)
                                  (choices: "wasmtime", "weighted")
        --allow <feature>         a feature that makes one run differ from the next, repeatable (choices:
                                  "threads", "relaxed-simd")
        --dump <file>             where the dump of a crash goes; without it none is written
        --inline                  run in this thread: faster to start, but a signal ends it without a dump
        --json                    print exactly one JSON object on standard output
        -h, --help                print this help
      "
    `)
  })

  it("describes validating, inspecting and metering", () => {
    expect(helpOf("validate")).toMatchInlineSnapshot(`
      "Usage: munition validate [options] <file>

      Checks that a module is well-formed, within its bounds and accepted once it is metered.

      Arguments:
        file                          the WebAssembly module

      Options:
        --memory-pages <count>        pages of 64 KiB that its memories may have together (default: 1024)
        --table-elements <count>      elements that its tables may have together (default: 200000)
        --object-bytes <count>        bytes of garbage-collected objects it may allocate (default:
                                      268435456)
        --stack-slots <count>         parameters, locals and operands of the calls in progress (default:
                                      65536)
        --nan <bits>                  canonical makes the bits of a NaN the same everywhere (default:
                                      engine) (choices: "canonical", "engine")
        --prices <table>              what a unit of fuel is: an instruction, or a time (default:
                                      wasmtime) (choices: "wasmtime", "weighted")
        --allow <feature>             a feature that makes one run differ from the next, repeatable
                                      (choices: "threads", "relaxed-simd")
        --require <name>              a function that it must export, repeatable
        --allow-import <module.name>  an import that it may have, or module.*; no others, repeatable
        --no-imports                  it may have no imports but those of --allow-import
        --json                        print exactly one JSON object on standard output
        -h, --help                    print this help
      "
    `)
    expect(helpOf("inspect")).toMatchInlineSnapshot(`
      "Usage: munition inspect [options] <dump>

      Describes the dump of a crash, or answers questions about its memory.

      Arguments:
        dump                     a file that \`munition fire --dump\` wrote

      Options:
        --hex <offset> <length>  bytes of memory, decimal or 0x
        --strings                printable text in the memory
        --find <hex>             offsets at which the memory holds these bytes
        --stack                  the guest's call stack
        --memory <index>         which memory is meant (default: "0")
        --json                   print exactly one JSON object on standard output
        -h, --help               print this help
      "
    `)
    expect(helpOf("meter")).toMatchInlineSnapshot(`
      "Usage: munition meter [options] <file>

      Writes the module that V8 would be given: the guest with the meter in it.

      Arguments:
        file                      the WebAssembly module

      Options:
        --memory-pages <count>    pages of 64 KiB that its memories may have together (default: 1024)
        --table-elements <count>  elements that its tables may have together (default: 200000)
        --object-bytes <count>    bytes of garbage-collected objects it may allocate (default: 268435456)
        --stack-slots <count>     parameters, locals and operands of the calls in progress (default:
                                  65536)
        --nan <bits>              canonical makes the bits of a NaN the same everywhere (default: engine)
                                  (choices: "canonical", "engine")
        --prices <table>          what a unit of fuel is: an instruction, or a time (default: wasmtime)
                                  (choices: "wasmtime", "weighted")
        --allow <feature>         a feature that makes one run differ from the next, repeatable (choices:
                                  "threads", "relaxed-simd")
        -o, --output <file>       where the metered module goes
        -h, --help                print this help
      "
    `)
  })

  it("names every notation of a grant in the help but the one that only a library's caller can use", () => {
    const help = helpOf("fire").replace(/\s+/g, " ")
    expect(GRANT_NOTATIONS.filter((notation) => !help.includes(notation))).toEqual(["host:NAME"])
  })

  it("says its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    expect(await munition(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" })
  })

  it.each([
    [["fier"], "unknown command 'fier'\n(Did you mean fire?)"],
    [["fire", sampler, "add", "1", "2", "--feul", "5"], "unknown option '--feul'\n(Did you mean --fuel?)"],
    [["fire", "-x", sampler, "add"], "unknown option '-x'"],
    [["fire", sampler], "missing required argument 'function'"],
    [["fire", sampler, "add", "--fuel"], "option '--fuel <amount>' argument missing"],
    [["fire", sampler, "add", "--fuel", "lots"], "--fuel: expected an integer 0..9007199254740991 or one of"],
    [["fire", sampler, "add", "--timeout", "0"], "--timeout: expected an integer 1..2147483647"],
    [
      ["fire", sampler, "add", "--memory-pages", "70000"],
      "--memory-pages: expected at most 65536, got 70000"
    ],
    [["fire", sampler, "add", "--stack-slots", "x"], '--stack-slots: expected a whole number, got "x"'],
    [
      ["fire", sampler, "add", "--grant", "tmie"],
      '--grant: expected a known capability, perhaps time, got "tmie"'
    ],
    [["fire", sampler, "add", "--nan", "odd"], "Allowed choices are canonical, engine."],
    [["fire", sampler, "add", "--allow", "all"], "--allow: expected threads, relaxed-simd, got all"],
    [["validate", sampler, "another"], "too many arguments"],
    [["inspect", "crash.mntn", "--hex", "1024"], "--hex: expected an offset and a length"],
    [["inspect", "crash.mntn", "--find", "xyz"], "--find: "],
    [["meter", sampler], "required option '-o, --output <file>' not specified"],
    [["chart", "instanse"], "Allowed choices are instance"],
    [["chart", "instance", "--format", "png"], "Allowed choices are svg, mermaid, json, scxml."],
    [["completion", "csh"], "Allowed choices are bash, zsh, fish."]
  ])("says what is wrong with %j and how it is used, and ends with 2", async (args, problem) => {
    const ran = await munition(args)
    expect(ran).toMatchObject({ status: 2, stdout: "" })
    expect(ran.stderr).toContain(`error: `)
    expect(ran.stderr).toContain(problem)
    expect(ran.stderr).toMatch(/\nusage: munition .*\n`munition help.*` (tells more|lists the commands)\n$/)
  })

  it("tells a Node that is too old what is needed and what was found, in one sentence", async () => {
    const old =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })"
    const ran = await munition(["--version"], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` }
    })
    expect(ran).toMatchObject({
      status: 2,
      stdout: "",
      stderr: "munition needs Node 22.19 or later, and this is Node 20.20.2.\n"
    })
  })

  it("opens with a file that imports nothing before it has looked at the version", () => {
    const text = readFileSync(join(root, "src/cli/munition.ts"), "utf8")
    expect(text.startsWith("#!/usr/bin/env node\n")).toBe(true)
    expect(text).not.toMatch(/^import\b/m)
  })

  it("works where nothing can be cached", async () => {
    const file = inScratch("no-directory")
    writeFileSync(file, "")
    for (const env of [{ XDG_CACHE_HOME: file }, { HOME: "" }])
      expect(await munition(["--version"], { env })).toMatchObject({ status: 0, stderr: "" })
  })

  it("prints a completion script for each shell, which knows every subcommand and option", async () => {
    for (const shell of SHELLS) {
      const { status, stdout } = await munition(["completion", shell])
      expect(status).toBe(0)
      for (const name of SUBCOMMANDS) expect(stdout).toContain(name)
      for (const flag of ["memory-pages", "allow-import", "hex", "output"]) expect(stdout).toContain(flag)
    }
  })

  it("completes in bash what was begun", async () => {
    const script = join(mkdtempSync(join(scratch, "bash-")), "munition.bash")
    writeFileSync(script, (await munition(["completion", "bash"])).stdout)
    const complete = (...words: ReadonlyArray<string>) =>
      execFileSync(
        "bash",
        [
          "-c",
          `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _munition; echo "\${COMPREPLY[@]}"`,
          "bash",
          ...words
        ],
        { encoding: "utf8", cwd: root }
      ).trim()
    expect(complete("munition", "in")).toBe("inspect")
    expect(complete("munition", "fire", "--fu")).toBe("--fuel")
    expect(complete("munition", "fire", "--nan", "c")).toBe("canonical")
    expect(complete("munition", "fire", "LICEN")).toBe("LICENSE")
    expect(complete("munition", "completion", "f")).toBe("fish")
    expect(complete("munition", "chart", "inst")).toBe("instance")
    expect(complete("munition", "chart", "instance", "--format", "m")).toBe("mermaid")
    expect(complete("munition", "audit", "v")).toBe("verify")
    expect(complete("munition", "audit", "verify", "--exp")).toBe("--expect")
    expect(complete("munition", "audit", "verify", "LICEN")).toBe("LICENSE")
  })
})
