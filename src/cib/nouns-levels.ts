// Fencing levels as each node has them, whether they name it, a pattern that it fits, or an attribute of its (Pacemaker Explained, "Fencing Topology").
import type { ClusterNode, FencingLevel } from "../cluster/index.js";
import { childrenOf, type XmlElement } from "../xml/index.js";
import { posixPattern } from "./posix-pattern.js";

type Member = Pick<ClusterNode, "name">;

/** One noun for each level and each member that it is for; of `nodes` it reads the attributes. */
export function levelNouns(
  list: readonly XmlElement[],
  nodes: readonly XmlElement[],
  members: readonly Member[],
): FencingLevel[] {
  const byName = list.flatMap((one) => {
    const { target } = one.attributes;
    return target === undefined ? [] : [level(one, target)];
  });
  // The levels with a node's name hide all others from it.
  const others = members.filter(({ name }) => byName.every(({ target }) => target !== name));
  return [...byName, ...others.flatMap(({ name }) => aimedAt(name, list, nodes))];
}

function level({ attributes }: XmlElement, target: string): FencingLevel {
  const { id = "", index = "", devices = "" } = attributes;
  return { id, target, index: Number(index), devices: devices.split(",") };
}

/** Levels for a node that none names. Of several patterns or attributes that fit it, Pacemaker takes one, and nobody knows which. */
function aimedAt(node: string, list: readonly XmlElement[], nodes: readonly XmlElement[]): FencingLevel[] {
  const own = nodes.find(({ attributes }) => attributes.uname === node);
  const found = list.flatMap((one) => {
    const fits = isFor(node, one, own);
    return fits === false ? [] : [{ one, fits }];
  });
  const unread = found.find(({ fits }) => fits === undefined)?.one.attributes;
  const aims = [...new Set(found.map(({ one }) => aimOf(one)))];
  const unclear =
    unread !== undefined
      ? `the target-pattern of ${unread.id ?? ""}, “${unread["target-pattern"] ?? ""}”, is one that only Pacemaker reads`
      : aims.length > 1
        ? `fencing levels are for it by ${aims.join(" and by ")}, and Pacemaker takes those of one`
        : undefined;
  return found.map(({ one }) => ({ ...level(one, node), ...(unclear === undefined ? {} : { unclear }) }));
}

/** Undefined where nobody here can tell. */
function isFor(node: string, { attributes }: XmlElement, own: XmlElement | undefined): boolean | undefined {
  const pattern = attributes["target-pattern"];
  if (pattern !== undefined) return posixPattern(pattern)?.test(node);
  const [name, value] = [attributes["target-attribute"], attributes["target-value"]];
  if (name === undefined || value === undefined || own === undefined) return false;
  // As Pacemaker looks: in every set of the node's own, whatever rule it has.
  return childrenOf(own, "instance_attributes")
    .flatMap((set) => childrenOf(set, "nvpair"))
    .some((pair) => pair.attributes.name === name && pair.attributes.value === value);
}

function aimOf({ attributes }: XmlElement): string {
  const pattern = attributes["target-pattern"];
  return pattern === undefined
    ? `${attributes["target-attribute"] ?? ""}=${attributes["target-value"] ?? ""}`
    : `the pattern “${pattern}”`;
}
