// A node's CIB as text → what an observer wants of it (Pacemaker Explained, "The CIB"; pacemaker-schemas).
import { createHash } from "node:crypto";
import { decodeLock, describeHolder } from "../../coordination/index.js";
import { childOf, childrenOf, parseXml, writeXml, type XmlElement } from "../../xml/index.js";

/** What one copy of the configuration says. */
export interface CibFacts {
  readonly digest: string;
  /** `admin_epoch.epoch`. */
  readonly epoch: string;
  readonly fencing: boolean;
  /** Names of nodes. */
  readonly standby: readonly string[];
  readonly maintenance: readonly string[];
  readonly leftovers: readonly string[];
  /** Names of attributes that begin with `foreign-`, as planted by whoever watches over them. */
  readonly foreign: readonly string[];
}

/** Where lock and guard stand; they are no part of what is compared. */
const LOCK_SET = "dcn-ha-lock";
/** How the attributes begin that stand for what others changed. */
export const FOREIGN_PREFIX = "foreign-";

/** Reads a CIB; undefined where it is none. */
export function cibFacts(text: string): CibFacts | undefined {
  let cib: XmlElement;
  try {
    cib = parseXml(text, { file: "cib.xml" });
  } catch {
    return undefined; // half written, or no CIB
  }
  const configuration = childOf(cib, "configuration");
  if (configuration === undefined) return undefined;
  const all = descendants(configuration);
  const pairs = all.filter(({ name }) => name === "nvpair");
  const properties = descendants(childOf(configuration, "crm_config") ?? configuration);
  const property = (name: string) =>
    properties.find((pair) => pair.name === "nvpair" && pair.attributes.name === name)?.attributes.value;
  const nodes = childrenOf(childOf(configuration, "nodes") ?? configuration, "node");
  const whole = isTrue(property("maintenance-mode"));
  return {
    digest: digestOf(configuration),
    epoch: `${cib.attributes.admin_epoch ?? "0"}.${cib.attributes.epoch ?? "0"}`,
    fencing: property("stonith-enabled") !== "false",
    standby: withAttribute(nodes, "standby"),
    maintenance: whole ? nodes.map(nameOf) : withAttribute(nodes, "maintenance"),
    leftovers: [
      ...all.filter(isClientConstraint).map(({ attributes }) => `constraint ${attributes.id ?? "?"}`),
      ...metaLeftovers(all),
      ...lockLeftovers(property(LOCK_SET)),
    ],
    foreign: pairs.flatMap(({ attributes: { name = "" } }) =>
      name.startsWith(FOREIGN_PREFIX) ? [name] : [],
    ),
  };
}

function descendants(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) => [child, ...descendants(child)]);
}

/** Formatting apart, the same content has the same digest. */
function digestOf(configuration: XmlElement): string {
  const bare = (element: XmlElement): XmlElement => ({
    ...element,
    children: element.children.filter(({ attributes }) => attributes.id !== LOCK_SET).map(bare),
  });
  return createHash("sha256")
    .update(writeXml(bare(configuration), { compact: true }))
    .digest("hex")
    .slice(0, 16);
}

function isTrue(value: string | undefined): boolean {
  return ["true", "on", "yes", "y", "1"].includes((value ?? "").toLowerCase());
}

function nameOf(node: XmlElement): string {
  return node.attributes.uname ?? "";
}

function withAttribute(nodes: readonly XmlElement[], name: string): string[] {
  return nodes
    .filter((node) =>
      descendants(node).some(({ attributes }) => attributes.name === name && isTrue(attributes.value)),
    )
    .map(nameOf);
}

/** What `crm_resource --ban` and `--move` leave. */
function isClientConstraint({ name, attributes }: XmlElement): boolean {
  return name === "rsc_location" && (attributes.id ?? "").startsWith("cli-");
}

/** `target-role` and `is-managed` of resources, where they keep one from running or from being watched over. */
function metaLeftovers(all: readonly XmlElement[]): string[] {
  return all
    .filter(({ name }) => name === "meta_attributes")
    .flatMap((set) => childrenOf(set, "nvpair"))
    .flatMap(({ attributes: { id = "", name, value = "" } }) => {
      const stopped = name === "target-role" && value.toLowerCase() !== "started";
      const loose = name === "is-managed" && !isTrue(value);
      return stopped || loose ? [`${name}=${value} (${id})`] : [];
    });
}

function lockLeftovers(value: string | undefined): string[] {
  const lock = decodeLock(value);
  if (lock.state === "free") return [];
  return [lock.state === "held" ? `lock held by ${describeHolder(lock.holder)}` : "lock that cannot be read"];
}
