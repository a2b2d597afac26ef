// A finding is an expected remark about an input or a cluster, returned in lists, never thrown.

/** How much a finding matters: an error stops the command, a warning and a note do not. */
export type Severity = "error" | "warning" | "note";

/** Where in a text file something stands; line and column count from 1, as editors do. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One remark: what is wrong with which subject, where, and what to do about it. */
export interface Finding {
  readonly severity: Severity;
  /** Stable upper-case name, for example `UNKNOWN_KEY`; scripts and `dcn-ha explain` use it. */
  readonly code: string;
  /** What the finding is about, in field terms: `workload soft-control`, `node dcn1`. */
  readonly subject?: string;
  readonly position?: Position;
  readonly text: string;
  /** What is allowed, the nearest name, or the next thing to type. */
  readonly hint?: string;
  /** The code that `--force` takes to go on all the same; absent where that would be folly. */
  readonly force?: string;
}

/** True when at least one of the findings stops the command. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

/** One finding as a line `file:line:column: severity CODE: text (hint)` in the form that editors jump to. */
export function formatFinding(finding: Finding): string {
  const { position } = finding;
  const place = position ? `${position.file}:${position.line}:${position.column}: ` : "";
  const subject = finding.subject === undefined ? "" : `${finding.subject}: `;
  const hint = finding.hint === undefined ? "" : `\n    ${finding.hint}`;
  const force = finding.force === undefined ? "" : `\n    to go on all the same: --force ${finding.force}`;
  return `${place}${finding.severity} ${finding.code}: ${subject}${finding.text}${hint}${force}`;
}
