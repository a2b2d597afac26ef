// Checks profiles offline: every finding of every document, and of every group that they describe.
import type { Finding } from "../../errors/index.js";
import type { GroupResolution } from "../../profile/index.js";
import type { CommandDefinition } from "../command.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "checks profiles offline and prints every finding with its position",
  arguments: [{ name: "PATH", help: "files or folders with profiles", variadic: true }],
  options: [
    {
      flags: "--for-pacemaker <VERSION>",
      help: "also what must change before the nodes get this version of Pacemaker",
      choices: ["3"],
    },
  ],
  examples: [
    "dcn-ha validate profiles/groups",
    "dcn-ha validate cabinet-7.yaml --json",
    "dcn-ha validate cabinet-7.yaml --for-pacemaker 3",
  ],
  run: async (call) => {
    const { loadSources } = await import("../../sources/index.js");
    const { findingsAcrossGroups, parseDocuments, resolveGroup } = await import("../../profile/index.js");
    const { hasErrors } = await import("../../errors/index.js");
    const loaded = await loadSources(call.arguments);
    const { documents, findings: parsed } = parseDocuments(loaded.sources);
    const own = documents.filter((document) => !document.library);
    const groups = own.filter((document) => document.kind === "NodeGroup").map(({ name }) => name);
    const resolutions = groups.map((name) => resolveGroup(documents, name));
    const resolved = [...resolutions.flatMap((one) => one.findings), ...findingsAcrossGroups(own)];
    const upgrade = call.options.text("for-pacemaker") === undefined ? [] : await forPacemaker3(resolutions);
    const said = distinct([...loaded.findings, ...parsed, ...resolved, ...upgrade]);
    // Where there is nothing else, a file without a document is what was meant.
    const findings = said.map(
      (one): Finding =>
        one.code === "NO_DOCUMENT" && own.length === 0 ? { ...one, severity: "error" } : one,
    );
    call.output.findings(findings);
    const failed = hasErrors(findings);
    const names = own.map(({ kind, name, file }) => ({ kind, name, file }));
    call.output.answer({ valid: !failed, documents: names, findings }, summary(own.length, findings));
    return failed ? exitCodes.invalid : exitCodes.done;
  },
};

/** What of each group Pacemaker 3 would drop or refuse. */
async function forPacemaker3(resolutions: readonly GroupResolution[]): Promise<Finding[]> {
  const { renderCib } = await import("../../cib/index.js");
  const { findingsForPacemaker3 } = await import("../../lint/index.js");
  const { childOf, parseXml } = await import("../../xml/index.js");
  return resolutions.flatMap(({ group }) => {
    if (group === undefined) return [];
    const version = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
    const cib = parseXml(renderCib(group.model.configuration, version), { file: group.file });
    const configuration = childOf(cib, "configuration");
    const found = configuration === undefined ? [] : findingsForPacemaker3(configuration);
    return found.map((finding) => ({ ...finding, subject: `${group.name}: ${finding.subject ?? ""}` }));
  });
}

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
