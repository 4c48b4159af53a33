import type { Job } from "../Job.ts"

interface Mupdf {
  readonly Document: { openDocument(bytes: Uint8Array, type: string): Document }
  readonly Matrix: { scale(x: number, y: number): unknown }
  readonly ColorSpace: { readonly DeviceRGB: unknown }
}

interface Document {
  countPages(): number
  loadPage(index: number): {
    toPixmap(matrix: unknown, space: unknown, alpha: boolean): { asPNG(): Uint8Array }
    toStructuredText(): { asText(): string }
  }
}

/** 10 MB of C by Emscripten, whose errors are exceptions of WebAssembly: the file's index is wrong and it must repair it. */
export const mupdf: Job = {
  name: "mupdf",
  task: "repairs a PDF, renders its page to a PNG at 150 dpi and extracts the text",
  sign: "Line 29: the meter runs",
  run: async (load) => {
    const { Document, Matrix, ColorSpace } = await load.module<Mupdf>("mupdf/dist/mupdf.js")
    const document = Document.openDocument(new TextEncoder().encode(PDF), "application/pdf")
    const page = document.loadPage(document.countPages() - 1)
    const png = page.toPixmap(Matrix.scale(150 / 72, 150 / 72), ColorSpace.DeviceRGB, false).asPNG()
    return Buffer.concat([Buffer.from(page.toStructuredText().asText()), png])
  }
}

const lines = Array.from({ length: 30 }, (_, i) => `(Line ${i}: the meter runs under the press.) Tj 0 -18 Td`)
const CONTENT = `q 0.2 0.4 0.9 rg 60 60 120 90 re f 0.9 0.3 0.1 RG 4 w 100 700 m 300 500 500 800 540 600 c S Q
BT /F1 14 Tf 72 700 Td ${lines.join(" ")} ET`
const PDF = `%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
  /Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Times-Italic>> >> >> >> endobj
4 0 obj <</Length ${CONTENT.length}>> stream
${CONTENT}
endstream endobj
trailer <</Root 1 0 R>>
startxref 7 %%EOF`
