/**
 * An audit log that cannot be opened or read: which file, what was tried, and why not.
 *
 * Only opening and reading fail. Recording never does: what cannot be written is counted, and the log says so.
 */
export class AuditLogFailed {
  readonly _tag = "AuditLogFailed"
  readonly operation: "open" | "read" | "write"
  readonly path: string
  readonly cause: string
  constructor(operation: "open" | "read" | "write", path: string, cause: unknown) {
    this.operation = operation
    this.path = path
    this.cause = cause instanceof Error ? cause.message : String(cause)
  }
}

/** One sentence. */
export const describeAuditLogFailed = ({ operation, path, cause }: AuditLogFailed): string =>
  `cannot ${operation} the audit log ${JSON.stringify(path)}: ${cause}`
