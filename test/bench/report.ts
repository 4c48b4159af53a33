import type { FiringRate } from "./firingRates.ts"
import type { SubjectResult } from "./measure.ts"
import { meanOf, meansOf, RATIOS, type Ratios, type Reading, ratiosOf, worthOfRules } from "./summary.ts"
import { PLAIN } from "./variants.ts"
import type { PeerResult } from "./wasmtime.ts"

/**
 * The tables that the bench prints. Times are in milliseconds; everything else is a ratio, `-` where there is none.
 */
export const subjectsTable = (results: ReadonlyArray<SubjectResult>): string => {
  const of = (kind: string) => results.filter((result) => result.kind === kind)
  const rows = results.map((result) => {
    const plain = result.variants.find(({ variant }) => variant === PLAIN)
    return line(result.name, plain?.steady.minMs, ratiosOf(result))
  })
  const classes = [
    ["calls", of("calls")],
    ["other", of("other")],
    ["all", results]
  ] as const
  const means = (reading: Reading) =>
    classes
      .filter(([, group]) => group.length > 0)
      .map(([name, group]) => line(`  ${name} (${group.length})`, undefined, meansOf(group, reading)))
  return [
    heading("ratios of minima", ["plain ms", "floor", "metered", "/ floor", "canonical", "first", "size"]),
    ...rows,
    "geometric means",
    ...means("minMs"),
    "geometric means, of medians",
    ...means("medianMs"),
    "geometric means, of processor time",
    ...means("cpuMs")
  ].join("\n")
}

export const rulesTable = (results: ReadonlyArray<SubjectResult>): string => {
  const worth = worthOfRules(results)
  if (worth.length === 0) return "no rule can be switched off alone"
  const extreme = (of: { readonly name: string; readonly ratio: number } | undefined) =>
    of === undefined ? "-" : `${of.ratio.toFixed(2)} ${of.name}`
  return [
    `${heading("without a rule / with all", ["steady", "first", "size"])}   most           least`,
    ...worth.map(
      ({ rule, steady, first, size, most, least }) =>
        `${rule.padEnd(NAME)}${[steady, first, size].map(cell).join("")}   ${extreme(most).padEnd(15)}${extreme(least)}`
    )
  ].join("\n")
}

/** Absolute times of one run: another engine's ratios to itself say nothing about ours. */
export const peerTable = (peers: ReadonlyArray<PeerResult>): string => {
  const last = (ratio: number | undefined, what: string) => `${what.padEnd(NAME + 4 * CELL)}${cell(ratio)}`
  const rows = peers.map((peer) => {
    const times = [peer.oursPlain, peer.oursMetered, peer.plain, peer.fuel, peer.fuel / peer.oursMetered]
    const fuel = (peer.sameFuel ? "same" : "DIFFERS").padStart(CELL)
    return `${peer.name.padEnd(NAME)}${times.map(cell).join("")}${fuel}`
  })
  return [
    heading(`ms, Wasmtime ${peers[0]?.version}`, [
      "plain",
      "metered",
      "W plain",
      "W fuel",
      "W/ours",
      "units"
    ]),
    ...rows,
    last(meanOf(peers.map((peer) => peer.fuel / peer.oursMetered)), "geometric mean, W fuel / metered"),
    last(meanOf(peers.map((peer) => peer.fuel / peer.plain)), "geometric mean, W fuel / W plain")
  ].join("\n")
}

export const ratesTable = (rates: ReadonlyArray<FiringRate>): string =>
  rates.map(({ how, perSecond }) => `${how.padEnd(44)} ${String(perSecond).padStart(8)} firings/s`).join("\n")

const NAME = 28
const CELL = 10

const heading = (first: string, rest: ReadonlyArray<string>): string =>
  first.padEnd(NAME) + rest.map((title) => title.padStart(CELL)).join("")

const line = (name: string, plainMs: number | undefined, ratios: Ratios): string =>
  name.padEnd(NAME) +
  (plainMs === undefined ? " ".repeat(CELL) : cell(plainMs)) +
  RATIOS.map((key) => cell(ratios[key])).join("")

const cell = (value: number | undefined): string =>
  (value === undefined ? "-" : value.toFixed(2)).padStart(CELL)
