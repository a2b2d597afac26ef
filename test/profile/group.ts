// A right group to make wrong ones from, and the way from text to findings.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Finding, formatFinding } from "../../src/errors/index.js";
import {
  parseDocuments,
  type ResolvedGroup,
  resolveGroup,
  type SourceText,
} from "../../src/profile/index.js";

export const GROUP = `kind: NodeGroup
name: cabinet-7
policy: edge-three-node
networks: [site, process]
nodes:
  - name: dcn1
    addresses: { site: 10.20.0.11, process: 10.30.0.11 }
    fence: { redfish: { address: 10.40.0.11, username: dcn, password: { secret: bmc/dcn1 } } }
  - name: dcn2
    addresses: { site: 10.20.0.12, process: 10.30.0.12 }
    fence: { redfish: { address: 10.40.0.12, username: dcn, password: { secret: bmc/dcn2 } } }
  - name: dcn3
    addresses: { site: 10.20.0.13, process: 10.30.0.13 }
    fence: { redfish: { address: 10.40.0.13, username: dcn, password: { secret: bmc/dcn3 } } }
workloads:
  - { name: control, profile: heartbeat, with: { period: 50ms } }
  - { name: address, profile: floating-address, with: { address: 10.20.0.50/24 } }
constraints:
  - { together: [control, address] }
`;

const LIBRARY = join(import.meta.dirname, "../../profiles");

/** The shipped library as sources, or the documents of these names. */
export function library(names?: readonly string[]): SourceText[] {
  return ["policies", "workloads", "constraints"].flatMap((part) =>
    readdirSync(join(LIBRARY, part))
      .filter((name) => names?.includes(name.replace(".yaml", "")) ?? true)
      .map((name) => {
        const text = readFileSync(join(LIBRARY, part, name), "utf8");
        return { file: `library/${part}/${name}`, text, library: true };
      }),
  );
}

/** A small library that stays the same, so that what messages list does. */
export const SMALL: readonly string[] = [
  "edge-three-node",
  "edge-two-node",
  "container",
  "floating-address",
  "heartbeat",
  "systemd-service",
  "control-with-history",
];

/** All findings about texts of the user's own, and the group where there is one. */
export function check(
  text: string,
  more: readonly SourceText[] = [],
): { findings: Finding[]; group?: ResolvedGroup } {
  const parsed = parseDocuments([{ file: "g.yaml", text }, ...more, ...library(SMALL)]);
  const resolved = resolveGroup(parsed.documents, undefined, parsed.broken);
  const findings = [...parsed.findings, ...resolved.findings];
  return resolved.group === undefined ? { findings } : { findings, group: resolved.group };
}

/** Findings as people see them. */
export function lines(text: string, more: readonly SourceText[] = []): string[] {
  return check(text, more).findings.map(formatFinding);
}
