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

/** A reporter that adds to `findings`. */
export function reporter(document: ProfileDocument, findings: Finding[]): Report {
  return (code, path, text, options = {}) => {
    const { hint, severity = "error", force, atKey = false } = options;
    const position = atKey ? document.atKey(path) : document.at(path);
    const finding = { severity, code, position, text };
    findings.push({
      ...finding,
      ...(hint === undefined ? {} : { hint }),
      ...(force === undefined ? {} : { force }),
    });
  };
}
