// Lint of a resolved group, each finding beside the line of the profile that it is about.
import { asNouns } from "../cib/index.js";
import type { Finding, Position, Severity } from "../errors/index.js";
import { lintCluster } from "../lint/index.js";
import { sizeKinds } from "./capacity.js";
import { nodesLost } from "./constraint-claims.js";
import { propertyHint } from "./property-names.js";
import type { ResolvedGroup } from "./resolved.js";
import type { DocumentOf, DocumentPath } from "./source.js";

/** Everything that lint says about a group, with positions in its document. */
export function lintGroup(group: ResolvedGroup, document: DocumentOf<"NodeGroup">): Finding[] {
  const model = { ...group.model, configuration: asNouns(group.model.configuration) };
  // A group that is wholly `cib:` is as somebody runs it: it is shown what is wrong with it, and can still be rendered.
  const severest = document.value.policy === undefined ? "warning" : "error";
  const { nodes, networks } = document.value;
  // Rules count nodes, and look at corosync.conf: where a document names none, there is nothing to say.
  if (nodes.length === 0) return [];
  const findings = lintCluster(model, { nodes: promisedLosses(group), inMib: sizeKinds(document.value) });
  const known = findings.filter(({ subject }) => networks.length > 0 || subject !== "corosync.conf");
  return known.map((finding) => ({
    ...finding,
    severity: capped(finding.severity, severest),
    ...nearestProperty(finding),
    position:
      ownLine({ ...group, model }, document, finding.subject ?? "") ?? place(document, finding.subject ?? ""),
  }));
}

function nearestProperty({ code, subject, hint }: Finding): Pick<Finding, "hint"> {
  if (code !== "UNKNOWN_PROPERTY" || hint !== undefined) return {};
  return { hint: propertyHint(subject?.split(" ")[1] ?? "") };
}

function capped(severity: Severity, severest: Severity): Severity {
  return severity === "error" ? severest : severity;
}

/** How many lost nodes the group promises to survive at once: as such, or as whole cabinets; undefined without a promise. */
export function promisedLosses({
  survive,
  nodes,
}: Pick<ResolvedGroup, "survive" | "nodes">): number | undefined {
  const losses = survive.map((claim) => nodesLost(claim, nodes)).filter((count) => count > 0);
  return losses.length === 0 ? undefined : Math.max(...losses);
}

/** The line of the group's own that set the thing; what comes from elsewhere is better told where it was brought in. */
function ownLine(
  group: ResolvedGroup,
  document: DocumentOf<"NodeGroup">,
  subject: string,
): Position | undefined {
  if (subject === "corosync.conf" && document.value.corosync !== undefined) return document.at(["corosync"]);
  const id = idOf(group, document, subject);
  const position = id === undefined ? undefined : group.origins.get(id)?.position;
  return position?.file === document.file ? position : undefined;
}

/** The id in the model; undefined for what the profile has under a name of its own. */
function idOf(
  { model }: ResolvedGroup,
  { value }: DocumentOf<"NodeGroup">,
  subject: string,
): string | undefined {
  const [kind = "", name = ""] = subject.split(" ");
  switch (kind) {
    case "property":
      return model.configuration.properties.flatMap((set) => set.pairs).find((pair) => pair.name === name)
        ?.id;
    case "workload":
      return (value.workloads ?? []).some((one) => one.name === name) ? undefined : name;
    case "constraint":
      return name;
    default:
      return undefined;
  }
}

function place(document: DocumentOf<"NodeGroup">, subject: string): Position {
  const { value } = document;
  const [kind = "", name = ""] = subject.split(" ");
  const path = ((): DocumentPath => {
    switch (kind) {
      case "workload":
        return ["workloads", (value.workloads ?? []).findIndex((one) => one.name === name)];
      case "node":
        return ["nodes", value.nodes.findIndex((one) => one.name === name)];
      case "fence":
        // `fence device fence-dcn1-pdu`: of the node with the longest name that fits.
        return [
          "nodes",
          longestNode(
            value.nodes.map((one) => one.name),
            subject,
          ),
          "fence",
        ];
      case "capacity":
        return ["workloads", needyIndex(value, name), "capacity", name];
      case "survive":
        return ["constraints", (value.constraints ?? []).findIndex((one) => one.survive !== undefined)];
      case "constraint":
        return ["constraints"];
      case "ticket":
        return ["tickets"];
      default:
        return value.policy === undefined ? ["cib"] : ["policy"];
    }
  })();
  return path.includes(-1) ? document.at(["name"]) : document.at(path);
}

/** The first workload that needs some of a kind of room. */
function needyIndex({ workloads = [] }: DocumentOf<"NodeGroup">["value"], kind: string): number {
  return workloads.findIndex(({ capacity = {} }) => Object.hasOwn(capacity, kind));
}

/** Which of the nodes a fence device is for, by its id at the end of `subject`; -1 where none fits. */
export function longestNode(names: readonly string[], subject: string): number {
  const id = subject.split(" ").at(-1) ?? "";
  const fitting = names.filter((name) => id === `fence-${name}` || id.startsWith(`fence-${name}-`));
  const [longest] = fitting.sort((one, other) => other.length - one.length);
  return longest === undefined ? -1 : names.indexOf(longest);
}
