// Documents by kind and name, and the two that a group cannot do without: itself and its policy.
import type { Finding } from "../errors/index.js";
import { besideFile } from "./nodes.js";
import type { Report } from "./report.js";
import type { BrokenDocument, DocumentOf, ProfileDocument, ProfileKind } from "./source.js";
import { hintFor } from "./spelling.js";

/** All documents of one kind by name. */
export function documentsByName<Kind extends ProfileKind>(
  documents: readonly ProfileDocument[],
  kind: Kind,
): ReadonlyMap<string, DocumentOf<Kind>> {
  const ofKind = documents.filter((document): document is DocumentOf<Kind> => document.kind === kind);
  return new Map(ofKind.map((document) => [document.name, document]));
}

/** The group called `name`, or the only one there is. */
export function findGroup(
  documents: readonly ProfileDocument[],
  name: string | undefined,
  broken: readonly BrokenDocument[],
): { document: DocumentOf<"NodeGroup"> } | { findings: readonly Finding[] } {
  const groups = documentsByName(documents, "NodeGroup");
  const names = [...groups.keys()];
  const [only] = groups.values();
  const document = name === undefined && groups.size === 1 ? only : groups.get(name ?? "");
  if (document !== undefined) return { document };
  const fault = (code: string, text: string, hint: string): { findings: readonly Finding[] } => ({
    findings: [{ severity: "error", code, text, hint }],
  });
  // A group that is there and broken has its findings already.
  const candidates = broken.filter((one) => (one.kind ?? "NodeGroup") === "NodeGroup");
  if (candidates.some((one) => name === undefined || one.name === undefined || one.name === name)) {
    return { findings: [] };
  }
  if (name !== undefined)
    return fault("UNKNOWN_GROUP", `there is no NodeGroup ${name}`, hintFor(name, names));
  if (groups.size === 0)
    return fault("NO_GROUP", "there is no NodeGroup among the documents", "kind: NodeGroup starts one");
  return fault("GROUP_NOT_CHOSEN", "there are several NodeGroups", `name one of ${names.sort().join(", ")}`);
}

/** The group's policy, by name or by the path of its file. */
export function findPolicy(
  all: { readonly documents: readonly ProfileDocument[]; readonly broken: readonly BrokenDocument[] },
  group: DocumentOf<"NodeGroup">,
  report: Report,
): DocumentOf<"ClusterPolicy"> | undefined {
  const { policy } = group.value;
  if (policy === undefined) return undefined;
  const policies = documentsByName(all.documents, "ClusterPolicy");
  const file = besideFile(group.file, policy);
  const found = policies.get(policy) ?? [...policies.values()].find((document) => document.file === file);
  if (found === undefined && !isBroken(all.broken, "ClusterPolicy", policy)) {
    report("UNKNOWN_POLICY", ["policy"], `there is no ClusterPolicy ${policy}`, {
      hint: hintFor(policy, [...policies.keys()]),
    });
  }
  return found;
}

/** True where a document of that kind and name is there and cannot be used, which its own findings say. */
export function isBroken(broken: readonly BrokenDocument[], kind: ProfileKind, name: string): boolean {
  return broken.some((one) => one.kind === kind && one.name === name);
}
