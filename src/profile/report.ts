// Collects findings against places in one document.
import type { Finding, Severity } from "../errors/index.js";
import type { DocumentPath, ProfileDocument } from "./source.js";

/** More about a finding than its code, place and text. */
export interface ReportOptions {
  readonly hint?: string;
  readonly severity?: Severity;
  readonly force?: string;
  /** Points at the key instead of its value. */
  readonly atKey?: boolean;
}

/** Adds one finding at a path of the document. */
export type Report = (code: string, path: DocumentPath, text: string, options?: ReportOptions) => void;

/** The finding with where a parameter in its value came from, since its line is that of the base. */
export function withFilling(finding: Finding, filledBy: string | undefined): Finding {
  if (filledBy === undefined) return finding;
  return { ...finding, hint: finding.hint === undefined ? filledBy : `${filledBy}; ${finding.hint}` };
}

/** A reporter that adds to `findings`. */
export function reporter(document: ProfileDocument, findings: Finding[]): Report {
  return (code, path, text, options = {}) => {
    const { hint, severity = "error", force, atKey = false } = options;
    const position = atKey ? document.atKey(path) : document.at(path);
    const finding = { severity, code, position, text };
    const whole = {
      ...finding,
      ...(hint === undefined ? {} : { hint }),
      ...(force === undefined ? {} : { force }),
    };
    findings.push(withFilling(whole, document.filledBy?.(path)));
  };
}
