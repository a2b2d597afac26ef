// The mark of what is ours: a property set of our own that lists our ids. Pacemaker ignores it, and pcs and crm leave it alone.
import { childOf, childrenOf, element, type XmlElement } from "../xml/index.js";

/** Id of the property set that holds the mark. */
export const MARK_SET = "dcn-ha";
/** Id and name of the nvpair that lists our ids. */
export const MARK_OWNED = "dcn-ha-owned";

/** The set with the mark for these ids; ids are unique and sorted, so that equal ownership is equal text. */
export function ownershipMark(ids: Iterable<string>): XmlElement {
  const value = [...new Set(ids)].sort().join(" ");
  return element("cluster_property_set", { id: MARK_SET }, [
    element("nvpair", { id: MARK_OWNED, name: MARK_OWNED, value }),
  ]);
}

/** The ids that a live `<configuration>` marks as ours; empty where there is no mark. */
export function ownedIds(configuration: XmlElement): ReadonlySet<string> {
  const sets = childrenOf(
    childOf(configuration, "crm_config") ?? element("crm_config"),
    "cluster_property_set",
  );
  const pairs = sets.flatMap((set) => childrenOf(set, "nvpair"));
  const value = pairs.find((pair) => pair.attributes.id === MARK_OWNED)?.attributes.value ?? "";
  return new Set(value.split(/\s+/).filter((id) => id !== ""));
}

/** Every id of a rendered `<configuration>` that is ours alone: all but cluster nodes, shared sets and the mark itself. */
export function idsToOwn(configuration: XmlElement, parent = ""): string[] {
  const own =
    configuration.name !== "node" &&
    !isShared(configuration) &&
    !isSystemProperty(configuration, parent) &&
    configuration.attributes.id !== MARK_OWNED;
  const id = isReference(configuration) || !own ? undefined : configuration.attributes.id;
  return [
    ...(id === undefined ? [] : [id]),
    ...configuration.children.flatMap((child) => idsToOwn(child, configuration.name)),
  ];
}

/** Elements whose `id` names something else: members of sets and tags, roles of an ACL target. */
export function isReference(node: XmlElement): boolean {
  return REFERENCES.has(node.name);
}

const REFERENCES: ReadonlySet<string> = new Set(["resource_ref", "obj_ref", "role", "role_ref"]);

/** Elements whose members are references: what they hold is one list, and ours as a whole. */
export function holdsReferences(node: XmlElement): boolean {
  return HOLDERS.has(node.name) && node.children.every(isReference);
}

const HOLDERS: ReadonlySet<string> = new Set(["resource_set", "tag", "acl_target", "acl_group", "acl_user"]);

/** Properties that the cluster writes itself: an imported document has them, a live cluster's own value stands. */
export function isSystemProperty(node: XmlElement, parent: string): boolean {
  return parent === "cluster_property_set" && SYSTEM.has(node.attributes.name ?? "");
}

const SYSTEM: ReadonlySet<string> = new Set([
  "cluster-infrastructure",
  "cluster-name",
  "dc-version",
  "have-watchdog",
  "last-lrm-refresh",
]);

/** Sets that tools and the cluster write into as well; pairs of them are ours one by one, the sets are not. */
export function isShared(node: XmlElement): boolean {
  const id = node.attributes.id;
  return id === "cib-bootstrap-options" || id === MARK_SET;
}
