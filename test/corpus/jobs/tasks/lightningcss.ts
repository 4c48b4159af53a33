import type { Job } from "../Job.ts"

interface Lightning {
  readonly transform: (options: object) => {
    code: Uint8Array
    map: Uint8Array
    warnings: ReadonlyArray<object>
  }
}

/** Rust behind Node's own native interface, done in JavaScript; the visitor is called from deep inside and calls back. */
export const lightningcss: Job = {
  name: "lightningcss",
  task: "nests out, prefixes and minifies a stylesheet, a visitor of JavaScript's rewriting its lengths",
  sign: ".card-199{",
  run: async (load) => {
    const { transform } = await load.module<Lightning>("lightningcss-wasm/wasm-node.mjs")
    const { code, map, warnings } = transform({
      filename: "sheet.css",
      code: new TextEncoder().encode(SHEET),
      minify: true,
      sourceMap: true,
      errorRecovery: true,
      targets: { chrome: 80 << 16, safari: 13 << 16 },
      visitor: {
        Length: ({ unit, value }: { unit: string; value: number }) =>
          unit === "px" ? { unit: "rem", value: value / 16 } : undefined
      }
    })
    const decoder = new TextDecoder()
    return JSON.stringify([decoder.decode(code), decoder.decode(map), warnings])
  }
}

const rules = Array.from(
  { length: 200 },
  (_, i) => `.card-${i} { width: calc(100% - ${i}px); color: oklch(${i % 100}% 0.1 ${i}); user-select: none;
    &:hover > .title { margin: ${i}px ${i}px; @media (width >= ${300 + i}px) { inset: 0 auto; } } }`
)
const SHEET = `@custom-media --wide (width > 60em);
  :root { --gap: 4px } ${rules.join("\n")}
  .broken { color: } .mixed { background: color-mix(in srgb, red 30%, blue); mask-image: linear-gradient(red, blue) }`
