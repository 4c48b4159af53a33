import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { FUEL_LEVELS } from "../../src/fuel/FuelPolicy.ts"
import { BUILTINS } from "../../src/host/builtin/table.ts"
import { CAPABILITIES, HOST_CAPABILITY } from "../../src/host/Capability.ts"
import { showFunctionType } from "../../src/host/HostDeclaration.ts"
import { importsOf } from "../../src/host/importsOf.ts"
import { CRASH_TAGS } from "../../src/outcome/CrashReason.ts"
import { REFUSED_TAGS } from "../../src/outcome/RefusedReason.ts"
import { RUN_POLICY_DEFAULT, RUN_POLICY_MAX } from "../../src/runtime/RunPolicy.ts"
import { METRICS } from "../../supervisors/Telemetry.ts"
import { root } from "../tidy/sources.ts"
import { BOUND_ROWS, n } from "./boundRows.ts"

/**
 * The tables of README.md, out of the tables of the code: each fact stands in the source, and the page is
 * compared with it. What a thing means is read from its own doc comment.
 */
export const readmeTables = (): ReadonlyMap<string, string> =>
  new Map([
    ["capabilities", capabilities()],
    ["crashes", reasons("src/outcome/CrashReason.ts", CRASH_TAGS)],
    ["refusals", reasons("src/outcome/RefusedReason.ts", REFUSED_TAGS)],
    ["fuel levels", levels()],
    ["policy", policy()],
    ["metrics", metrics()],
    ["bounds", table(["what", "bound", "moved by"], BOUND_ROWS)],
    ...(existsSync(join(root, EXIT_STATUS)) ? [["exit statuses", exitStatuses()] as const] : [])
  ])

/** Puts the tables between their marks; a table without marks, or marks without a table, stay as they are. */
export const withTables = (page: string, tables: ReadonlyMap<string, string>): string =>
  page.replace(MARKS, (whole, name: string) => {
    const made = tables.get(name)
    return made === undefined ? whole : `<!-- generated: ${name} -->\n\n${made}\n\n<!-- /generated -->`
  })

export const MARKS = /<!-- generated: ([\w ]+) -->\n[\s\S]*?<!-- \/generated -->/g

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))
  const widths = head.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)))
  const line = (row: ReadonlyArray<string>, fill: string) =>
    `| ${widths.map((width, i) => (row[i] ?? "").padEnd(width, fill)).join(" | ")} |`
  const [first = [], ...rest] = cells
  return [line(first, " "), line([], "-"), ...rest.map((row) => line(row, " "))].join("\n")
}

const capabilities = (): string =>
  table(
    ["capability", "risk", "allows", "imports"],
    [
      ...CAPABILITIES.map(({ name, risk, description }) => [
        `\`${name}\``,
        risk,
        description,
        importsOf(name).map(showImport).join(" ") ||
          "none in this version: granting it is said to have no effect"
      ]),
      [
        `\`${HOST_CAPABILITY.prefix}NAME\``,
        HOST_CAPABILITY.risk,
        HOST_CAPABILITY.description,
        "those that you declare"
      ]
    ]
  )

const showImport = (label: string): string => {
  const row = BUILTINS.find(({ declaration: d }) => `${d.module}.${d.name}` === label)
  return `\`${label}${row === undefined ? "" : showFunctionType(row.declaration.type)}\``
}

const levels = (): string =>
  table(
    ["level", "units"],
    Object.entries(FUEL_LEVELS).map(([name, units]) => [`\`${name}\``, n(units)])
  )

const metrics = (): string =>
  table(
    ["metric", "kind", "is"],
    METRICS.map(({ id, type, description = "" }) => [`\`${id}\``, type.toLowerCase(), description])
  )

const policy = (): string => {
  const text = read("src/runtime/RunPolicy.ts")
  return table(
    ["field", "default", "highest", "bounds"],
    Object.entries(RUN_POLICY_DEFAULT).map(([field, value]) => {
      const most: unknown = Reflect.get(RUN_POLICY_MAX, field)
      return [
        `\`${field}\``,
        typeof value === "number" ? n(value) : `\`${JSON.stringify(value)}\``,
        typeof most === "number" ? n(most) : "",
        docBefore(text, `  readonly ${field}:`)
      ]
    })
  )
}

const reasons = (path: string, tags: ReadonlyArray<string>): string => {
  const text = read(path)
  return table(
    ["reason", "fields", "meaning"],
    tags.map((tag) => [`\`${tag}\``, fieldsOf(text, tag), docBefore(text, `export class ${tag} `)])
  )
}

const fieldsOf = (text: string, tag: string): string => {
  const body = text.slice(text.indexOf(`export class ${tag} `)).split("constructor(")[0] ?? ""
  return [...body.matchAll(/readonly (\w+):/g)].map(([, field]) => `\`${field}\``).join(" ")
}

const EXIT_STATUS = "src/cli/ExitStatus.ts"

/** Out of the command's own table: a comment and a number a row. */
const exitStatuses = (): string => {
  const [, rows = ""] = /export const EXIT = \{([\s\S]*?)\n\}/.exec(read(EXIT_STATUS)) ?? []
  return table(
    ["status", "meaning"],
    [...rows.matchAll(/\/\*\* (.*?) \*\/\s+\w+: (\d+)/g)].map(([, meaning = "", status = ""]) => [
      status,
      meaning
    ])
  )
}

/** The doc comment that ends before a line that begins so, as one paragraph. */
const docBefore = (text: string, line: string): string => {
  const before = text.slice(0, text.indexOf(`\n${line}`))
  const comment = before.slice(before.lastIndexOf("/**"))
  if (!comment.endsWith("*/")) return ""
  return comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((part) => part.replace(/^\s*\* ?/, "").trim())
    .filter((part) => part !== "")
    .join(" ")
}

const read = (path: string): string => readFileSync(join(root, path), "utf8")
