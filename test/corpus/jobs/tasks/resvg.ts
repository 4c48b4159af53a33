import type { Job } from "../Job.ts"

interface Resvg {
  readonly initWasm: (module: Uint8Array) => Promise<void>
  readonly Resvg: new (
    svg: string,
    options: object
  ) => { render(): { asPng(): Uint8Array; readonly width: number } }
}

/** Rust by wasm-bindgen: floating-point arithmetic for every pixel, so a meter that touched a value would show. */
export const resvg: Job = {
  name: "resvg-wasm",
  task: "renders an SVG with gradients, a blur, a mask, a pattern and dashes to a PNG",
  sign: "\u0089PNG",
  run: async (load) => {
    const { initWasm, Resvg } = await load.module<Resvg>("@resvg/resvg-wasm/index.mjs")
    await initWasm(load.bytes("@resvg/resvg-wasm/index_bg.wasm"))
    return new Resvg(SVG, { fitTo: { mode: "width", value: 600 } }).render().asPng()
  }
}

const petals = Array.from(
  { length: 24 },
  (_, i) => `<path d="M0 0 C 20 -60 60 -60 0 -110 S -20 -60 0 0" transform="rotate(${i * 15})"
    fill="hsl(${i * 15} 80% 50%)" fill-opacity=".6" stroke="#123" stroke-dasharray="${1 + i} 2"/>`
)
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-150 -150 300 300">
  <defs>
    <radialGradient id="sky"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#06c"/></radialGradient>
    <pattern id="dots" width="8" height="8" patternUnits="userSpaceOnUse"><circle cx="4" cy="4" r="1.5"/></pattern>
    <filter id="blur"><feGaussianBlur stdDeviation="3"/><feOffset dx="4" dy="4"/></filter>
    <mask id="ring"><circle r="140" fill="#fff"/><circle r="30" fill="#000"/></mask>
  </defs>
  <rect x="-150" y="-150" width="300" height="300" fill="url(#sky)"/>
  <g mask="url(#ring)"><circle r="120" fill="url(#dots)" filter="url(#blur)"/>${petals.join("")}</g>
</svg>`
