// What constraints, fencing levels and tags name, and is not there: Pacemaker passes over most of it in silence (Pacemaker Explained, "Resource Constraints").
import { WATCHDOG_DEVICE } from "../cluster/index.js";
import { watchdogWaitMs } from "../lint/index.js";
import { childOf, childrenOf, element, type XmlElement } from "../xml/index.js";
import type { Check } from "./check.js";
import type { Scene } from "./scene.js";

/** Names without anything behind them, of ours and of others. */
export function checkReferences({ cib, view }: Scene): Check[] {
  const configuration = childOf(cib, "configuration") ?? element("configuration");
  const section = (name: string): XmlElement => childOf(configuration, name) ?? element(name);
  // Pacemaker adds nodes to the CIB when they join: before that the group alone knows of them.
  const known = knownIn(section("resources"), [...view.nodes, ...namesOf(section("nodes"))], section("tags"));
  const ids = new Set(everyId(configuration));
  return [
    ...section("constraints").children.flatMap((one) => constraint(one, known)),
    ...section("fencing-topology").children.flatMap((one) => level(one, known, watchdogWaitMs(view) > 0)),
    ...section("tags").children.flatMap((one) => tag(one, ids)),
  ];
}

interface Known {
  readonly resources: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
  readonly bundles: readonly string[];
}

const RESOURCES: ReadonlySet<string> = new Set([
  "primitive",
  "group",
  "clone",
  "master",
  "bundle",
  "template",
]);

function knownIn(resources: XmlElement, members: readonly string[], tags: XmlElement): Known {
  const all = resources.children.flatMap(inside).filter(({ name }) => RESOURCES.has(name));
  const idOf = ({ attributes }: XmlElement): string => attributes.id ?? "";
  const guests = all
    .flatMap((one) => childrenOf(one, "meta_attributes"))
    .flatMap((set) => childrenOf(set, "nvpair"))
    .filter(({ attributes }) => attributes.name === "remote-node")
    .map(({ attributes }) => attributes.value ?? "");
  const remotes = all
    .filter(({ attributes }) => attributes.provider === "pacemaker" && attributes.type === "remote")
    .map(idOf);
  return {
    resources: new Set([...all.map(idOf), ...childrenOf(tags, "tag").map(idOf)]),
    nodes: new Set([...members, ...guests, ...remotes]),
    devices: new Set(all.filter(({ attributes }) => attributes.class === "stonith").map(idOf)),
    bundles: all.filter(({ name }) => name === "bundle").map(idOf),
  };
}

function namesOf(nodes: XmlElement): string[] {
  return nodes.children.flatMap(({ attributes: { id = "", uname = "" } }) => [id, uname]);
}

function inside(one: XmlElement): XmlElement[] {
  return [one, ...one.children.flatMap(inside)];
}

function everyId(one: XmlElement): string[] {
  if (one.name === "obj_ref" || one.name === "resource_ref") return [];
  return [one.attributes.id ?? "", ...one.children.flatMap(everyId)];
}

function constraint(one: XmlElement, known: Known): Check[] {
  const { id = "", rsc, first, then, node } = one.attributes;
  const named = [rsc, one.attributes["with-rsc"], first, then].filter((name) => name !== undefined);
  const members = inside(one).filter(({ name }) => name === "resource_ref");
  const resources = [...named, ...members.map(({ attributes }) => attributes.id ?? "")];
  const places = inside(one)
    .filter(({ name, attributes }) => name === "expression" && attributes.attribute === "#uname")
    .filter(({ attributes }) => attributes.operation === "eq")
    .map(({ attributes }) => attributes.value ?? "");
  const nodes = [...(node === undefined ? [] : [node]), ...places];
  const subject = `constraint ${id}`;
  return [
    ...missing(resources, (name) => known.resources.has(name)).map((name) =>
      remark("UNKNOWN_RESOURCE", subject, { text: `there is no resource ${name}`, ids: [id] }),
    ),
    ...missing(nodes, (name) => isNode(name, known)).map((name) =>
      remark("UNKNOWN_NODE", subject, { text: `there is no node ${name}`, ids: [id] }),
    ),
  ];
}

/** Each replica of a bundle is a node of its own: BUNDLE-0. */
function isNode(name: string, { nodes, bundles }: Known): boolean {
  return nodes.has(name) || bundles.some((bundle) => new RegExp(`^${bundle}-\\d+$`).test(name));
}

/** `watchdog`: Pacemaker makes a device of that name on each node. */
function level({ attributes }: XmlElement, known: Known, watchdog: boolean): Check[] {
  const { id = "", target, index = "", devices = "" } = attributes;
  const subject = `fencing level ${index} of ${target ?? "a pattern"}`;
  const lost = missing(
    devices.split(",").map((name) => name.trim()),
    (name) => known.devices.has(name) || (watchdog && name === WATCHDOG_DEVICE),
  );
  return [
    ...lost.map((name) =>
      remark("UNKNOWN_FENCE_DEVICE", subject, {
        text: `there is no fence device ${name}: this level always fails`,
        ids: [id],
      }),
    ),
    ...missing(target === undefined ? [] : [target], (name) => isNode(name, known)).map((name) =>
      remark("UNKNOWN_NODE", subject, { text: `there is no node ${name}`, ids: [id] }),
    ),
  ];
}

function tag(one: XmlElement, ids: ReadonlySet<string>): Check[] {
  const { id = "" } = one.attributes;
  const named = childrenOf(one, "obj_ref").map(({ attributes }) => attributes.id ?? "");
  return missing(named, (name) => ids.has(name)).map((name) => ({
    ...remark("TAG_MEMBER_UNKNOWN", `tag ${id}`, { text: `it holds ${name}, which is not there`, ids: [id] }),
    severity: "warning",
  }));
}

function missing(names: readonly string[], isThere: (name: string) => boolean): string[] {
  return [...new Set(names)].filter((name) => name !== "" && !isThere(name));
}

function remark(code: string, subject: string, about: Pick<Check, "text" | "ids">): Check {
  return { severity: "error", code, subject, ...about };
}
