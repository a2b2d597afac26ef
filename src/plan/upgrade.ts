// What must change in a group before its nodes get Pacemaker 3: in the profile, in the live CIB beside it, and on the nodes (ChangeLog of 3.0.0, "Upgrading").
import { mergeOwned, renderConfiguration } from "../cib/index.js";
import type { ClusterConfiguration } from "../cluster/index.js";
import { type Finding, formatFinding, type Position } from "../errors/index.js";
import { findingsForPacemaker3 } from "../lint/index.js";
import type { NodeObservation } from "../observation/index.js";
import { childOf, type XmlElement } from "../xml/index.js";
import type { Paint } from "./plan-text.js";

/** A group before an upgrade. */
export interface UpgradePlan {
  readonly group: string;
  readonly forPacemaker: "3";
  readonly nodes: readonly { readonly name: string; readonly pacemaker: string | undefined }[];
  /** Whether a node showed the live CIB; else only the profile was looked at. */
  readonly clusterSeen: boolean;
  /** Errors must change before; warnings mean something else after. Each says where to change it. */
  readonly findings: readonly Finding[];
}

/** What is looked at. */
export interface UpgradeQuestion {
  readonly group: string;
  readonly configuration: ClusterConfiguration;
  readonly live: XmlElement | undefined;
  readonly observations: readonly NodeObservation[];
  /** Where the profile says a thing, by its id. */
  readonly placeOf: (id: string) => Position | undefined;
}

/** Looks at profile, live CIB and nodes. */
export function planUpgrade({
  group,
  configuration,
  live,
  observations,
  placeOf,
}: UpgradeQuestion): UpgradePlan {
  const ours = findingsForPacemaker3(renderConfiguration(configuration));
  const inProfile = new Set(ours.map(keyOf));
  const after = live === undefined ? [] : inCib(mergeOwned(live, configuration).cib);
  const stays = new Set(after.map(keyOf));
  const foreign = after.filter((finding) => !inProfile.has(keyOf(finding)));
  const leaves = live === undefined ? [] : inCib(live).filter((finding) => !stays.has(keyOf(finding)));
  const findings = [
    ...ours.map((finding) => at(advised(finding, `in the profile, then dcn-ha apply ${group}`), placeOf)),
    ...foreign.map((finding) => advised(finding, "not ours: with the tool that made it, as pcs or crm")),
    ...leaves.map((finding) => advised(finding, `nothing by hand: dcn-ha apply ${group} takes it away`)),
    ...observations.flatMap(aboutNode),
  ];
  return {
    group,
    forPacemaker: "3",
    nodes: observations.map((seen) => ({ name: seen.node, pacemaker: versionOf(seen) })),
    clusterSeen: live !== undefined,
    findings: findings.sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity)),
  };
}

const ORDER: readonly Finding["severity"][] = ["error", "warning", "note"];
/** A running cluster goes to 3 node by node from this on. */
const OLDEST_MAJOR = 2;
const NEXT_MAJOR = 3;

function inCib(cib: XmlElement): Finding[] {
  const configuration = childOf(cib, "configuration");
  return configuration === undefined ? [] : findingsForPacemaker3(configuration);
}

function keyOf({ subject = "", text }: Finding): string {
  return JSON.stringify([subject, text]);
}

function advised(finding: Finding, where: string): Finding {
  return { ...finding, hint: finding.hint === undefined ? where : `${finding.hint}; ${where}` };
}

function at(finding: Finding, placeOf: UpgradeQuestion["placeOf"]): Finding {
  const position = placeOf((finding.subject ?? "").split(" ").at(-1) ?? "");
  return position === undefined ? finding : { ...finding, position };
}

function versionOf(seen: NodeObservation): string | undefined {
  return seen.kind === "probed" ? seen.probe.pacemaker : undefined;
}

function aboutNode(seen: NodeObservation): Finding[] {
  const subject = `node ${seen.node}`;
  if (seen.kind !== "probed") {
    const { code, message } = seen.error;
    return [{ severity: "warning", code, subject, text: message, hint: "look again once it answers" }];
  }
  const major = Number.parseInt(versionOf(seen) ?? "", 10);
  if (!(major < OLDEST_MAJOR)) return [];
  const text = `it has Pacemaker ${versionOf(seen) ?? ""}, and a cluster that runs goes to 3 from 2.0 or newer only`;
  return [{ severity: "error", code: "UPGRADE_BY_STEPS", subject, text, hint: "to 2.1 first" }];
}

/** In words, what must change in front. */
export function describeUpgrade(plan: UpgradePlan, paint: Paint): string {
  const { group, nodes, findings, clusterSeen } = plan;
  const count = (severity: Finding["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const [must, may] = [count("error"), count("warning")];
  const head =
    must > 0
      ? `${group}: ${must} ${must === 1 ? "thing" : "things"} must change before Pacemaker 3`
      : `${group}: nothing must change before Pacemaker 3${may === 0 ? "" : `, ${may} to look at`}`;
  const lines = [paint("bold", head), "", paint("bold", "nodes")];
  for (const { name, pacemaker } of nodes) {
    const there = Number.parseInt(pacemaker ?? "", 10) >= NEXT_MAJOR;
    lines.push(`  ${name}  ${pacemaker ?? "unknown"}${there ? "  (has it already)" : ""}`);
  }
  if (!clusterSeen) lines.push("", "No node shows a running cluster: only the profile was looked at.");
  if (findings.length > 0) lines.push("", paint("bold", "what to do"));
  const text = findings.map((finding) => `  ${formatFinding(finding).replaceAll("\n", "\n  ")}`);
  return [...lines, ...text].join("\n");
}

/** True where something is to be done or looked at before the upgrade. */
export function needsWork({ findings }: UpgradePlan): boolean {
  return findings.some(({ severity }) => severity !== "note");
}
