// Findings that stop an apply before its first write, as one error for the command line.
import { DcnError, type ErrorKind, type Finding, formatFinding } from "../errors/index.js";

const KINDS: ReadonlyMap<string, ErrorKind> = new Map([
  ["NODE_UNREACHABLE", "unreachable"],
  ["NODE_UNKNOWN", "failed"],
  ["NODE_STARTING", "busy"],
  ["NO_QUORUM", "busy"],
]);

/** The error for these findings: one text with all of them; the kind is the first finding's, a refusal unless it says otherwise. */
export function refusal(findings: readonly Finding[]): DcnError {
  const errors = findings.filter((finding) => finding.severity === "error");
  const [first] = errors;
  const kinds = errors.map((finding) => KINDS.get(finding.code) ?? "refused");
  const kind = kinds.includes("refused") ? "refused" : (kinds[0] ?? "refused");
  const text = errors.map((finding) => formatFinding(finding)).join("\n");
  return new DcnError(kind, first?.code ?? "REFUSED", `nothing was changed:\n${text}`, {
    retryable: kind === "busy",
  });
}
