// The CIB's configuration, section by section, in the words of pcs; what pcs cannot say exactly goes to cibadmin as the XML that it is.
import { isSystemProperty } from "../cib/index.js";
import { childrenOf, element, writeXml, type XmlElement } from "../xml/index.js";
import { onePair, pairs } from "./attribute-sets.js";
import type { CibEdit, PcsCommand } from "./command.js";
import { sayConstraint, sayFencingLevel } from "./constraints.js";
import { sayResource } from "./resources.js";
import {
  bareWord,
  extras,
  isUnsaid,
  nameValue,
  pcsId,
  type Saying,
  sentence,
  type Unsaid,
} from "./saying.js";

/** The set that pcs writes cluster properties into. */
const PROPERTIES = "cib-bootstrap-options";

/** Of no use to pcs but where sbd is enabled on the very machine that it runs on; no --force helps. */
const WATCHDOG_PROPERTIES: ReadonlySet<string> = new Set([
  "stonith-watchdog-timeout",
  "fencing-watchdog-timeout",
]);

/** Sections in an order in which nothing is named before it is there. */
const ORDER = ["crm_config", "nodes", "resources", "constraints"];

/** The steps that make an empty CIB say what this `<configuration>` says. */
export function configurationCommands(configuration: XmlElement): PcsCommand[] {
  const rank = ({ name }: XmlElement): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const sections = [...configuration.children].sort((one, other) => rank(one) - rank(other));
  const resources = new Set(resourceIds(configuration));
  return sections.flatMap((section) =>
    section.children.flatMap((one) => {
      const stranger =
        section.name === "constraints" ? namedBy(one).find((id) => !resources.has(id)) : undefined;
      if (stranger === undefined) return commandsFor(section, one);
      return [cibEdit(section.name, one, `${nameOf(one)}: pcs takes ${stranger} for no resource`)];
    }),
  );
}

/** Ids of what pcs takes for a resource: no template, no tag. */
function resourceIds(node: XmlElement): string[] {
  const own = ["primitive", "group", "clone", "master", "bundle"].includes(node.name);
  return [...(own ? [node.attributes.id ?? ""] : []), ...node.children.flatMap(resourceIds)];
}

/** Ids of the resources that a constraint names. */
function namedBy(constraint: XmlElement): string[] {
  const own = ["rsc", "with-rsc", "first", "then"].flatMap((name) => constraint.attributes[name] ?? []);
  const members = constraint.children.flatMap((set) => (set.name === "resource_set" ? set.children : []));
  return [...own, ...members.map((member) => member.attributes.id ?? "")];
}

function commandsFor(section: XmlElement, one: XmlElement): PcsCommand[] {
  if (section.name === "nodes") return nodeCommands(one);
  if (one.attributes.id === PROPERTIES && one.name === "cluster_property_set") return propertyCommands(one);
  const saying = say(section, one);
  const name = nameOf(one);
  if (isUnsaid(saying)) return [cibEdit(section.name, one, `${name}: ${saying.reason}`)];
  return saying.map(({ words, options = [] }, index) => ({
    tool: "pcs",
    comment: index === 0 ? name : "",
    on: "cib",
    options,
    words,
  }));
}

function say(section: XmlElement, one: XmlElement): Saying {
  switch (section.name) {
    case "crm_config":
      return { reason: `pcs writes properties into ${PROPERTIES} only` };
    case "resources":
      return sayResource(one);
    case "constraints":
      return sayConstraint(one, section.children.slice(0, section.children.indexOf(one)));
    case "fencing-topology":
      return sayFencingLevel(one);
    case "rsc_defaults":
      return sayDefaults(one, ["resource", "defaults"]);
    case "op_defaults":
      return sayDefaults(one, ["resource", "op", "defaults"]);
    case "alerts":
      return sayAlert(one);
    default:
      return { reason: `pcs's words for ${section.name} choose ids of their own` };
  }
}

/** Runs of properties that pcs says, and between them those that it would give another id. */
function propertyCommands(set: XmlElement): PcsCommand[] {
  const rule = set.children.find((child) => child.name !== "nvpair");
  if (rule !== undefined)
    return [cibEdit("crm_config", set, `${PROPERTIES}: pcs cannot write ${rule.name} here`)];
  const commands: PcsCommand[] = [];
  let words: string[] = [];
  const flush = (): void => {
    if (words.length === 0) return;
    const comment = commands.length === 0 ? PROPERTIES : "";
    // pcs knows fewer names than scripts may have, and fewer forms of times than Pacemaker (PT15M, 500ms): then it only warns.
    const options = ["--force"];
    commands.push({ tool: "pcs", comment, on: "cib", options, words: ["property", "set", ...words] });
    words = [];
  };
  for (const pair of set.children) {
    const said = sayProperty(pair, set);
    if (isUnsaid(said)) {
      flush();
      commands.push(cibEdit("crm_config", { ...set, children: [pair] }, `${PROPERTIES}: ${said.reason}`));
    } else words.push(...said);
  }
  flush();
  return commands;
}

function sayProperty(pair: XmlElement, set: XmlElement): string[] | Unsaid {
  const { name = "" } = pair.attributes;
  if (isSystemProperty(pair, set.name)) return { reason: `pcs leaves ${name} to the cluster` };
  if (WATCHDOG_PROPERTIES.has(name)) return { reason: `pcs sets ${name} only where sbd is enabled` };
  return onePair(pair, PROPERTIES, "first 20");
}

function sayDefaults(set: XmlElement, command: readonly string[]): Saying {
  const { id = "", score } = set.attributes;
  const words = sentence(
    [...command, "set", "create"],
    nameValue("id", id),
    score === undefined ? [] : nameValue("score", score),
    ["meta"],
    pairs(set, id, "first 20"),
  );
  return set.children.length === 0 ? { reason: "pcs writes no empty set" } : one(words);
}

/** Sets and recipients get ids of pcs's own, so that only an alert without them is what it says. */
function sayAlert(alert: XmlElement): Saying {
  const { id = "", path = "", description } = alert.attributes;
  return one(
    sentence(
      extras(alert, { attributes: ["id", "path", "description"] }),
      ["alert", "create"],
      nameValue("path", path),
      nameValue("id", id),
      description === undefined ? [] : nameValue("description", description),
    ),
  );
}

function one(words: string[] | Unsaid): Saying {
  return isUnsaid(words) ? words : [{ words }];
}

/** A node must be there before pcs gives it attributes; a running cluster has put it there itself. */
function nodeCommands(node: XmlElement): PcsCommand[] {
  const { id = "", uname = "" } = node.attributes;
  const plain = extras(node, {
    attributes: ["id", "uname"],
    children: ["instance_attributes", "utilization"],
  });
  const attributes = below(
    node,
    "instance_attributes",
    ["node", "attribute"],
    `nodes-${pcsId(`n${id}`).slice(1)}`,
  );
  const room = below(
    node,
    "utilization",
    ["node", "utilization"],
    `nodes-${pcsId(`n${id}`).slice(1)}-utilization`,
  );
  const unsaid = [plain, attributes, room].find(isUnsaid);
  if (unsaid !== undefined || isUnsaid(attributes) || isUnsaid(room)) {
    return [cibEdit("nodes", node, `node ${uname}: ${unsaid?.reason ?? ""}`)];
  }
  const bare = cibEdit(
    "nodes",
    { ...node, children: [] },
    `node ${uname}, which a running cluster knows already`,
  );
  const calls = [attributes, room].filter((words) => words.length > 0);
  return [
    bare,
    ...calls.map((words) => ({ tool: "pcs", comment: "", on: "cib", options: [], words }) as const),
  ];
}

function below(node: XmlElement, kind: string, command: readonly string[], setId: string): string[] | Unsaid {
  const [set, ...more] = childrenOf(node, kind);
  if (set === undefined) return [];
  if (more.length > 0) return { reason: `pcs writes one set of ${kind} only` };
  // pcs hands a node attribute on to crm_attribute as a word of its own.
  const option = set.children.find((pair) => pair.attributes.value?.startsWith("-"));
  if (option !== undefined && kind === "instance_attributes") {
    return { reason: `pcs would take the value of ${option.attributes.name ?? ""} for an option` };
  }
  return sentence(command, bareWord(node.attributes.uname ?? ""), pairs(set, setId));
}

function cibEdit(section: string, child: XmlElement, comment: string): CibEdit {
  const xml = writeXml(element("configuration", {}, [element(section, {}, [child])]), { compact: true });
  return { tool: "cibadmin", comment, xml };
}

function nameOf(of: XmlElement): string {
  return of.attributes.id ?? of.name;
}
