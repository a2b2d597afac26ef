// ImageSet → looked up and checked: its sites with their groups, and which role each node boots.
import type { Finding, Position } from "../errors/index.js";
import { hasErrors } from "../errors/index.js";
import type { ImagePart, ImageSet } from "./image-set.js";
import { documentsByName } from "./lookup.js";
import { besideFile, recognisedBy } from "./nodes.js";
import { type Report, reporter } from "./report.js";
import { resolveGroup } from "./resolve.js";
import type { ResolvedGroup } from "./resolved.js";
import type { BrokenDocument, DocumentOf, DocumentPath, ProfileDocument } from "./source.js";
import { hintFor } from "./spelling.js";

/** A site and its groups. */
export interface ResolvedSite {
  readonly name: string;
  readonly groups: readonly ResolvedGroup[];
}

/** A file that an image takes over; `path` is as the controller opens it. */
export interface TakenFile {
  /** Where in the image set it is named: the steps of the path, with spaces between them. */
  readonly key: string;
  readonly path: string;
  readonly position: Position;
}

/** An image set ready to be rendered, once the files that it takes over are read. */
export interface ResolvedImageSet {
  readonly name: string;
  readonly file: string;
  readonly value: ImageSet;
  readonly sites: readonly ResolvedSite[];
  readonly taken: readonly TakenFile[];
}

/** A resolved image set, absent where an error stands among the findings. */
export interface ImageSetResolution {
  readonly set?: ResolvedImageSet;
  readonly findings: readonly Finding[];
}

/** The attribute of a node that says which role's image it boots. */
const ROLE = "role";

/** Resolves the image set called `name`. Findings of `parseDocuments`, which gives `broken` too, are not repeated. */
export function resolveImageSet(
  documents: readonly ProfileDocument[],
  name: string,
  broken: readonly BrokenDocument[] = [],
): ImageSetResolution {
  const sets = documentsByName(documents, "ImageSet");
  const document = sets.get(name);
  if (document === undefined) {
    if (broken.some((one) => one.kind === "ImageSet" || one.kind === undefined)) return { findings: [] };
    const hint = hintFor(name, [...sets.keys()]);
    const text = `there is no ImageSet ${name}`;
    return { findings: [{ severity: "error", code: "UNKNOWN_IMAGE_SET", text, hint }] };
  }
  const findings: Finding[] = [];
  const context = { documents, broken, document, findings, report: reporter(document, findings) };
  const sites = Object.keys(document.value.sites).map((site) => resolveSite(site, context));
  checkOnce(context);
  if (hasErrors(findings) || !document.sound) return { findings };
  const { file, value } = document;
  return { set: { name, file, value, sites, taken: takenFiles(document) }, findings };
}

interface Context {
  readonly documents: readonly ProfileDocument[];
  readonly broken: readonly BrokenDocument[];
  readonly document: DocumentOf<"ImageSet">;
  readonly findings: Finding[];
  readonly report: Report;
}

function resolveSite(name: string, context: Context): ResolvedSite {
  const { document, report } = context;
  const site = document.value.sites[name] ?? {};
  const groups = (site.groups ?? []).flatMap((word, index) =>
    groupOf(word, ["sites", name, "groups", index], context),
  );
  const known = [...new Set(groups.flatMap((group) => group.networks))];
  for (const network of Object.keys(site.networks ?? {})) {
    if (known.includes(network)) continue;
    const path = ["sites", name, "networks", network];
    const options = { hint: hintFor(network, known), atKey: true };
    report("UNKNOWN_NETWORK", path, `no group of ${name} has a network ${network}`, options);
  }
  checkIdentities(groups, ["sites", name, "groups"], report);
  return { name, groups };
}

/** All groups of a site are in one image, where a device looks for itself. */
function checkIdentities(groups: readonly ResolvedGroup[], path: DocumentPath, report: Report): void {
  const first = new Map<string, string>();
  for (const { name: group, nodes } of groups) {
    for (const { name, identity } of nodes) {
      for (const [what, value] of recognisedBy(identity)) {
        const who = `${name} of the group ${group}`;
        const earlier = first.get(`${what} ${value}`);
        first.set(`${what} ${value}`, earlier ?? group);
        if (earlier !== undefined && earlier !== group)
          report(
            "DUPLICATE_IDENTITY",
            path,
            `the ${what} ${value} of ${who} stands in the group ${earlier} too`,
          );
      }
    }
  }
}

function groupOf(word: string, path: DocumentPath, context: Context): ResolvedGroup[] {
  const { documents, broken, document, findings, report } = context;
  const groups = documentsByName(documents, "NodeGroup");
  const file = besideFile(document.at(path).file, word);
  const found = groups.get(word) ?? [...groups.values()].find((one) => one.file === file);
  if (found === undefined) {
    if (broken.some((one) => one.kind === "NodeGroup" || one.kind === undefined)) return [];
    report("UNKNOWN_GROUP", path, `there is no NodeGroup ${word}`, {
      hint: hintFor(word, [...groups.keys()]),
    });
    return [];
  }
  const resolution = resolveGroup(documents, found.name, broken);
  findings.push(...resolution.findings);
  const { group } = resolution;
  if (group === undefined) return [];
  checkRoles(group, path, context);
  return [group];
}

function checkRoles(group: ResolvedGroup, path: DocumentPath, { document, report }: Context): void {
  const roles = Object.keys(document.value.roles);
  for (const { name, attributes } of group.nodes) {
    const role = attributes[ROLE];
    const who = `${name} of the group ${group.name}`;
    if (role === undefined)
      report("NODE_WITHOUT_ROLE", path, `${who} has no attribute role, so that no image is for it`, {
        hint: `attributes: { role: ${roles[0] ?? "…"} }`,
      });
    else if (!roles.includes(role))
      report("UNKNOWN_ROLE", path, `${who} has the role ${role}, which the image set does not have`, {
        hint: hintFor(role, roles),
      });
  }
  if (group.networks.length === 0)
    report("NO_NETWORKS", path, `the group ${group.name} names no network: nothing can form it`);
}

/** Each group belongs to one site: a second image of it would have another node list one day. */
function checkOnce({ document, report }: Context): void {
  const first = new Map<string, string>();
  for (const [name, site] of Object.entries(document.value.sites)) {
    for (const [index, word] of (site.groups ?? []).entries()) {
      const earlier = first.get(word);
      if (earlier === undefined) first.set(word, name);
      else
        report(
          "DUPLICATE_GROUP",
          ["sites", name, "groups", index],
          `the group ${word} stands at ${earlier} too`,
        );
    }
  }
}

function takenFiles(document: DocumentOf<"ImageSet">): TakenFile[] {
  const { value } = document;
  const taken: TakenFile[] = [];
  const take = (name: string, at: DocumentPath): void => {
    const position = document.at(at);
    taken.push({ key: at.join(" "), path: besideFile(position.file, name), position });
  };
  const files = (part: ImagePart | undefined, path: DocumentPath): void => {
    for (const [file, { from }] of Object.entries(part?.files ?? {}))
      if (from !== undefined) take(from, [...path, "files", file, "from"]);
  };
  files(value.configuration, ["configuration"]);
  files(value.workload, ["workload"]);
  for (const [role, part] of Object.entries(value.roles)) files(part, ["roles", role]);
  for (const [site, part] of Object.entries(value.sites)) files(part, ["sites", site]);
  for (const kind of ["required", "wanted"] as const)
    for (const [index, name] of (value.health?.[kind] ?? []).entries()) take(name, ["health", kind, index]);
  return taken;
}
