// The hosts of a group before it is resolved: whoever has to log in to them can begin with that.
import type { Finding } from "../errors/index.js";
import type { ParsedDocuments } from "./documents.js";
import { findGroup } from "./lookup.js";
import { resolveNodes, resolveQuorumDeviceHost } from "./nodes.js";
import { reporter } from "./report.js";
import type { ResolvedGroup } from "./resolved.js";

/** The nodes and the quorum device's host as `resolveGroup` would give them; undefined where the group, or one of them, has a finding. */
export function groupHosts(
  { documents, broken }: ParsedDocuments,
  name?: string,
): Pick<ResolvedGroup, "nodes" | "quorumDeviceHost"> | undefined {
  const found = findGroup(documents, name, broken);
  if ("findings" in found || !found.document.sound) return undefined;
  const { document } = found;
  const findings: Finding[] = [];
  const nodes = resolveNodes(document.value, document.file, reporter(document, findings));
  const host = resolveQuorumDeviceHost(document.value, document.file);
  // Its finding comes with the resolution: a login has one host by each name.
  if (nodes.some(({ name: node }) => node === host?.name)) return undefined;
  return findings.length > 0
    ? undefined
    : { nodes, ...(host === undefined ? {} : { quorumDeviceHost: host }) };
}
