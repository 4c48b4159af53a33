/**
 * An audit log that does not hold: the first line that is wrong, and how.
 *
 * - `changed`: the line is not what its hash was made of, is no line at all, or was not chained to the one before.
 * - `removed`: lines are missing before it, or after the last one although they were known to be there.
 * - `reordered`: it stands elsewhere than where it was written, or a second time.
 * - `truncated`: it is the last of its file and not finished.
 * - `unknown`: what was expected cannot be compared, because it stood in a file that is no longer there.
 */
export class AuditLogBroken {
  readonly _tag = "AuditLogBroken"
  readonly how: AuditBreakage
  readonly path: string
  /** In its file, from 1; 0 where nothing is left of it. */
  readonly line: number
  /** One sentence, which holds nothing of the file. */
  readonly what: string
  constructor(how: AuditBreakage, path: string, line: number, what: string) {
    this.how = how
    this.path = path
    this.line = line
    this.what = what
  }
}

export type AuditBreakage = "changed" | "removed" | "reordered" | "truncated" | "unknown"

/** One sentence. */
export const describeAuditLogBroken = ({ how, path, line, what }: AuditLogBroken): string =>
  `${JSON.stringify(path)}${line === 0 ? "" : ` line ${line}`} ${how}: ${what}`
