/** A package at work: what it is asked to do, and how it gets at its files. */
export interface Job {
  /** One word, as it is named on the command line. */
  readonly name: string
  /** What it does, for the table. */
  readonly task: string
  /** A piece of the answer, each byte one character, that shows that the work was done and not refused. */
  readonly sign: string
  /** Does it. *Returns* the answer, all of it: it is compared byte by byte. */
  readonly run: (load: Load) => Promise<string | Uint8Array>
}

/** How a job reaches the files of its packages, named as `sql.js/dist/sql-wasm.js`. */
export interface Load {
  /**
   * Imports a file. What is in it nobody here has types for, since packages are fetched and not depended upon:
   * the job says as much of the shape as it uses, and an answer that differs says if that is wrong.
   */
  readonly module: <Shape>(file: string) => Promise<Shape>
  readonly bytes: (file: string) => Uint8Array<ArrayBuffer>
  readonly path: (file: string) => string
}
