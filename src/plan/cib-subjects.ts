// What a place in a CIB is about, for people: the resource, constraint, node or section that an id belongs to (Pacemaker Explained).
import { childOf, type XmlElement } from "../xml/index.js";

/** An element with an id and its place. */
export interface CibPlace {
  readonly element: XmlElement;
  /** `resource pulse`, `fence device fence-dcn1`, `constraint apart-1`, `node dcn2`, `cluster`, `resource defaults` … */
  readonly subject: string;
  /** The part of the subject: `interval_ms`, `operation monitor every 10s`; empty for the subject as a whole. */
  readonly what: string;
  /** Resources that it is about: the resource with all that holds it and that it holds, or the members of a constraint. */
  readonly resources: readonly string[];
}

const SECTIONS: Readonly<Record<string, string>> = {
  crm_config: "cluster",
  rsc_defaults: "resource defaults",
  op_defaults: "operation defaults",
  "fencing-topology": "fencing levels",
};
const NOUNS: Readonly<Record<string, string>> = {
  constraints: "constraint",
  alerts: "alert",
  tags: "tag",
  acls: "access rule",
};
const HOLDERS: ReadonlySet<string> = new Set(["group", "clone", "master", "bundle"]);

/** Every place of a CIB by its id; `cib` is the whole CIB. */
export function cibPlaces(cib: XmlElement): ReadonlyMap<string, CibPlace> {
  const places = new Map<string, CibPlace>();
  for (const section of childOf(cib, "configuration")?.children ?? []) {
    const all = SECTIONS[section.name];
    for (const child of section.children) {
      if (all !== undefined) addAll(places, child, { subject: all, resources: [] });
      else if (section.name === "resources") addResource(places, child, []);
      else addAll(places, child, subjectOf(section, child));
    }
  }
  return places;
}

interface About {
  readonly subject: string;
  readonly resources: readonly string[];
}

function subjectOf(section: XmlElement, child: XmlElement): About {
  const { id = "", uname } = child.attributes;
  if (section.name === "nodes") return { subject: `node ${uname ?? id}`, resources: [] };
  const noun = NOUNS[section.name] ?? section.name;
  return { subject: `${noun} ${id}`, resources: section.name === "constraints" ? membersOf(child) : [] };
}

/** The resources that a constraint names. */
function membersOf(constraint: XmlElement): string[] {
  const { rsc, first, then } = constraint.attributes;
  const own = [rsc, constraint.attributes["with-rsc"], first, then].filter((id) => id !== undefined);
  const nested = constraint.children.flatMap((child) =>
    child.name === "resource_ref" ? [child.attributes.id ?? ""] : membersOf(child),
  );
  return [...own, ...nested];
}

function addResource(places: Map<string, CibPlace>, resource: XmlElement, holders: readonly string[]): void {
  const { id = "" } = resource.attributes;
  const noun = resource.attributes.class === "stonith" ? "fence device" : "resource";
  const about = { subject: `${noun} ${id}`, resources: [...holders, ...resourceIds(resource)] };
  const isInner = (child: XmlElement): boolean =>
    HOLDERS.has(resource.name) && (child.name === "primitive" || child.name === "group");
  const inner = resource.children.filter(isInner);
  addAll(places, { ...resource, children: resource.children.filter((child) => !isInner(child)) }, about);
  if (inner.length > 0) places.set(id, { ...about, element: resource, what: "" });
  for (const child of inner) addResource(places, child, [...holders, id]);
}

function resourceIds(resource: XmlElement): string[] {
  const inner = resource.children.filter(({ name }) => name === "primitive" || name === "group");
  return [resource.attributes.id ?? "", ...inner.flatMap(resourceIds)];
}

function addAll(places: Map<string, CibPlace>, element: XmlElement, about: About): void {
  const add = (node: XmlElement, what: string): void => {
    const { id } = node.attributes;
    const isReference = node.name === "resource_ref" || node.name === "obj_ref" || node.name === "role";
    if (id !== undefined && !isReference) places.set(id, { ...about, element: node, what });
    for (const child of node.children) add(child, nameOf(child));
  };
  add(element, SECTION_SUBJECTS.has(about.subject) ? nameOf(element) : "");
}

const SECTION_SUBJECTS: ReadonlySet<string> = new Set(Object.values(SECTIONS));

function nameOf(element: XmlElement): string {
  const { name, interval = "0", id = "" } = element.attributes;
  if (element.name === "nvpair") return name ?? id;
  if (element.name === "op") return `operation ${name ?? ""}${interval === "0" ? "" : ` every ${interval}`}`;
  if (element.name === "fencing-level")
    return `level ${element.attributes.index ?? ""} of ${element.attributes.target ?? ""}`;
  return `${element.name} ${id}`;
}
