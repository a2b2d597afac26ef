// Checks profiles offline: every finding of every document, and of every group that they describe.
import type { Finding } from "../../errors/index.js";
import type { CommandDefinition } from "../command.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "checks profiles offline and prints every finding with its position",
  arguments: [{ name: "PATH", help: "files or folders with profiles", variadic: true }],
  examples: ["dcn-ha validate profiles/groups", "dcn-ha validate cabinet-7.yaml --json"],
  run: async (call) => {
    const { loadSources } = await import("../../sources/index.js");
    const { parseDocuments, resolveGroup } = await import("../../profile/index.js");
    const { hasErrors } = await import("../../errors/index.js");
    const loaded = await loadSources(call.arguments);
    const { documents, findings: parsed } = parseDocuments(loaded.sources);
    const own = documents.filter((document) => !document.library);
    const groups = own.filter((document) => document.kind === "NodeGroup").map(({ name }) => name);
    const resolved = groups.flatMap((name) => resolveGroup(documents, name).findings);
    const findings = distinct([...loaded.findings, ...parsed, ...resolved]);
    call.output.findings(findings);
    const failed = hasErrors(findings);
    const names = own.map(({ kind, name, file }) => ({ kind, name, file }));
    call.output.answer({ valid: !failed, documents: names, findings }, summary(own.length, findings));
    return failed ? exitCodes.invalid : exitCodes.done;
  },
};

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function summary(documents: number, findings: readonly Finding[]): string {
  const count = (severity: Finding["severity"], word: string) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? "" : "s"}`];
  };
  const remarks = [...count("error", "error"), ...count("warning", "warning"), ...count("note", "note")];
  if (remarks.length > 0) return remarks.join(", ");
  return documents === 1 ? "1 document, good" : `${documents} documents, all good`;
}
