// A CIB → the part `cib:` of a NodeGroup document (Pacemaker Explained; pacemaker-3.9.rng), or what of it cannot be represented, by name.
import { encodeConfiguration } from "../cib/index.js";
import type { Finding, Position } from "../errors/index.js";
import { COMMENT, childOf, childrenOf, parseXml, type XmlElement } from "../xml/index.js";
import { FoundSecrets } from "./cib-secrets.js";
import type { AdoptedPart } from "./part.js";

/** Reads a CIB with or without status. Throws DcnError invalid where the text is no XML (XML_…). */
export function adoptCib(file: string, text: string): AdoptedPart {
  const places = new Map<XmlElement, Position>();
  const cib = parseXml(text, {
    file,
    keepComments: true,
    onElement: (element, line, column) => places.set(element, { file, line, column }),
  });
  const source = `the CIB ${file}`;
  const configuration = childOf(cib, "configuration");
  const findings: Finding[] = [];
  const tell = (code: string, element: XmlElement, words: string): void => {
    const position = places.get(element);
    const severity = code === "NOT_IMPORTABLE" ? "error" : "warning";
    findings.push({
      severity,
      code,
      ...(position === undefined ? {} : { position }),
      text: `${nameOf(element)}: ${words}`,
    });
  };
  if (cib.name !== "cib" || configuration === undefined) {
    const words = "the XML is no CIB: it has no <configuration>";
    findings.push({ severity: "error", code: "CIB_WITHOUT_CONFIGURATION", subject: file, text: words });
    return { source, keys: {}, secrets: [], remarks: [], findings };
  }
  const foreign = withoutOurs(configuration);
  tellComments(foreign, tell);
  tellTwice(foreign, tell);
  const secrets = new FoundSecrets();
  const tier = encodeConfiguration(foreign, {
    tell: (element, words) => tell("NOT_IMPORTABLE", element, words),
    secret: (owner, name, value) => secrets.take(owner, name, value),
  });
  const nodes = members(foreign);
  const keys = { name: groupName(foreign, file), nodes, cib: readable(tier) };
  return {
    source: `${source} (epoch ${cib.attributes.epoch ?? "unknown"})`,
    keys,
    secrets: secrets.found,
    remarks: remarksOn(nodes.length),
    findings,
  };
}

function nameOf({ name, attributes }: XmlElement): string {
  const id = attributes.id ?? attributes["id-ref"];
  return id === undefined ? `<${name}>` : `<${name} id="${id}">`;
}

/** The mark, the lock and what else dcn-ha keeps in a CIB is about a live cluster, not about its configuration. */
function withoutOurs(configuration: XmlElement): XmlElement {
  const ours = (one: XmlElement): boolean =>
    one.name === "cluster_property_set" && /^dcn-ha(-|$)/.test(one.attributes.id ?? "");
  const children = configuration.children.map((section) => {
    if (section.name === "nodes") return { ...section, children: section.children.map(withoutOurStandby) };
    if (section.name !== "crm_config") return section;
    return { ...section, children: section.children.filter((one) => !ours(one)) };
  });
  return { ...configuration, children };
}

const STANDBY_MARK = "dcn-ha-standby";

/** A standby that an apply or a drill has a node in for a while ends with it: a document that said it would bring it back. */
function withoutOurStandby(node: XmlElement): XmlElement {
  const pairs = (set: XmlElement): (string | undefined)[] => set.children.map((pair) => pair.attributes.name);
  if (!node.children.some((set) => pairs(set).includes(STANDBY_MARK))) return node;
  const children = node.children.flatMap((set) => {
    if (set.name !== "instance_attributes") return [set];
    const kept = set.children.filter(({ attributes }) => !OF_STANDBY.has(attributes.name ?? ""));
    if (kept.length === set.children.length) return [set];
    return kept.length === 0 ? [] : [{ ...set, children: kept }];
  });
  return { ...node, children };
}

const OF_STANDBY: ReadonlySet<string> = new Set([STANDBY_MARK, "standby"]);

type Tell = (code: string, element: XmlElement, words: string) => void;

function tellComments(parent: XmlElement, tell: Tell): void {
  for (const child of parent.children) {
    if (child.name === COMMENT) {
      const words = (child.text ?? "").replace(/\s+/g, " ").trim().slice(0, 60);
      tell(
        "COMMENT_LEFT_OUT",
        child,
        `the comment “${words}” is not taken over: write it beside the place in the document`,
      );
    } else tellComments(child, tell);
  }
}

/** An id that stands twice would be one thing in the document. */
function tellTwice(configuration: XmlElement, tell: Tell): void {
  const seen = new Set<string>();
  const walk = (one: XmlElement): void => {
    const { id } = one.attributes;
    if (id !== undefined && !NAMES.has(one.name)) {
      if (seen.has(id)) tell("NOT_IMPORTABLE", one, "its id stands twice in the CIB");
      seen.add(id);
    }
    one.children.forEach(walk);
  };
  walk(configuration);
}

const NAMES: ReadonlySet<string> = new Set([
  "node",
  "acl_target",
  "acl_group",
  "resource_ref",
  "obj_ref",
  "role",
  "role_ref",
]);

/** Cluster members with their corosync ids; ids of other stacks (heartbeat's UUIDs) stand in `cib:` alone. */
function members(configuration: XmlElement): { readonly name: string; readonly id: number }[] {
  const nodes = childrenOf(childOf(configuration, "nodes") ?? configuration, "node");
  const found = nodes.flatMap(({ attributes: { id = "", uname = "", type = "member" } }) =>
    ["member", "normal"].includes(type) &&
    /^[1-9]\d{0,9}$/.test(id) &&
    Number(id) <= 4_294_967_295 &&
    NODE_NAME.test(uname)
      ? [{ name: uname, id: Number(id) }]
      : [],
  );
  const once = (of: (node: { name: string; id: number }) => string | number): boolean =>
    new Set(found.map(of)).size === found.length;
  return once(({ name }) => name) && once(({ id }) => id) ? found : [];
}

const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/** The cluster's own name, else the file's, as far as it is a name. */
function groupName(configuration: XmlElement, file: string): string {
  const sets = childrenOf(childOf(configuration, "crm_config") ?? configuration, "cluster_property_set");
  const pairs = sets.flatMap((set) => childrenOf(set, "nvpair"));
  const own = pairs.find(({ attributes }) => attributes.name === "cluster-name")?.attributes.value;
  const base = (file.split("/").at(-1) ?? "").replace(/\.(xml|cib)$/, "");
  const fitting = [own ?? "", base].map((one) => one.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 63));
  return fitting.find((one) => /^[A-Za-z]/.test(one)) ?? "imported";
}

function remarksOn(nodes: number): string[] {
  const missing =
    "A CIB does not tell networks, addresses and logins: add them before you apply this (dcn-ha schema NodeGroup).";
  return nodes > 0
    ? [missing]
    : ["The CIB lists no node with a corosync id: add nodes, networks and addresses before you apply this."];
}

/** Whole numbers and truths without quotes; everything else stays the text that it is. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
  if (typeof value !== "string") return value;
  if (value === "true" || value === "false") return value === "true";
  return /^(0|-?[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}
