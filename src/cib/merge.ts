// What is ours into a live CIB: desired ids in, ids that we own and no longer want out, everything else as it was found.
import type { ClusterConfiguration } from "../cluster/index.js";
import { DcnError } from "../errors/index.js";
import { COMMENT, childOf, type XmlElement } from "../xml/index.js";
import { ownText, saysItself, summary } from "./change-text.js";
import {
  holdsReferences,
  idsToOwn,
  isReference,
  isShared,
  isSystemProperty,
  MARK_OWNED,
  ownedIds,
} from "./ownership.js";
import { renderConfiguration } from "./render.js";
import { secretPairs } from "./tier.js";

/** One difference between the live CIB and the merged one. */
export interface Change {
  readonly action: "created" | "changed" | "removed";
  /** Element name in the CIB: `primitive`, `nvpair`, `rsc_location`; `ownership` for our own mark. */
  readonly kind: string;
  readonly id: string;
  /** The value of an nvpair, else the element as XML on one line; of a changed element only its own attributes. */
  readonly before?: string;
  readonly after?: string;
  /** The id was there before and was not marked as ours: someone else made it. */
  readonly adopted?: true;
}

/** The merged CIB; `changes` is empty exactly when it says the same as the live one. */
export interface MergedCib {
  readonly cib: XmlElement;
  readonly changes: readonly Change[];
}

interface Merge {
  readonly owned: ReadonlySet<string>;
  /** What is ours from this merge on. */
  readonly taking: ReadonlySet<string>;
  readonly desired: ReadonlySet<string>;
  /** Ids of pairs whose value nobody is to see. */
  readonly secrets: ReadonlySet<string>;
  readonly changes: Change[];
}

/**
 * Merges the desired configuration into a live CIB and lists the changes. Epochs and status stay as they are.
 * Throws DcnError invalid CIB_WITHOUT_CONFIGURATION where the element is not a CIB.
 */
export function mergeOwned(liveCib: XmlElement, desired: ClusterConfiguration): MergedCib {
  const live = childOf(liveCib, "configuration");
  if (liveCib.name !== "cib" || live === undefined) {
    throw new DcnError(
      "invalid",
      "CIB_WITHOUT_CONFIGURATION",
      "the XML is no CIB: it has no <configuration>",
    );
  }
  const wanted = renderConfiguration(desired);
  const merge: Merge = {
    owned: ownedIds(live),
    taking: new Set(idsToOwn(wanted)),
    desired: new Set(idsOf(wanted)),
    secrets: new Set(secretPairs(desired.elements ?? [])),
    changes: [],
  };
  const settled = dropMisplaced(live, wanted, merge);
  const configuration = mergeElement(settled, wanted, { merge, owner: "", ours: false, parent: "" });
  const children = liveCib.children.map((child) => (child === live ? configuration : child));
  return { cib: merge.changes.length > 0 ? { ...liveCib, children } : liveCib, changes: merge.changes };
}

interface MergePlace {
  readonly merge: Merge;
  /** Id of the nearest element around it that has one: an element without id is told under it. */
  readonly owner: string;
  /** That element is ours, and with it what has no id in it. */
  readonly ours: boolean;
  readonly parent: string;
}

/** Merges a desired element into the live one of the same identity. */
function mergeElement(live: XmlElement, wanted: XmlElement, place: MergePlace): XmlElement {
  const { merge } = place;
  const inner = within(wanted, place);
  const attributes = mergeAttributes(live, wanted, place);
  if (holdsReferences(wanted)) return { ...live, attributes, children: setMembers(live, wanted, merge) };
  const rest = [...wanted.children];
  const merged: XmlElement[] = [];
  for (const child of live.children) {
    const match = rest.find((candidate) => sameIdentity(live, child, candidate));
    if (match === undefined) merged.push(...withoutOurs(child, live, inner));
    else {
      rest.splice(rest.indexOf(match), 1);
      merged.push(mergeElement(child, match, inner));
    }
  }
  for (const child of rest) noteCreated(child, inner);
  const children = inOrder(wanted, [...merged, ...rest], merge);
  return { ...live, attributes, children };
}

function within({ name, attributes: { id } }: XmlElement, place: MergePlace): MergePlace {
  const { merge } = place;
  if (id === undefined) return { ...place, parent: name };
  // A remote node has the id of its resource.
  const ours = name !== "node" && (merge.owned.has(id) || merge.taking.has(id));
  return { merge, owner: id, ours, parent: name };
}

// Attributes of an element of ours are ours; of a container without attributes, of a cluster node, of a shared set and of
// what Pacemaker itself writes they are not.
function mergeAttributes(
  live: XmlElement,
  wanted: XmlElement,
  { merge, owner, parent }: MergePlace,
): XmlElement["attributes"] {
  if (wanted.name === "node" || isShared(wanted) || isSystemProperty(wanted, parent)) return live.attributes;
  if (sameAttributes(live.attributes, wanted.attributes)) return live.attributes;
  const id = wanted.attributes.id ?? owner;
  const kind = id === MARK_OWNED ? "ownership" : wanted.name;
  const [before, after] = [
    summary({ ...live, children: [] }, merge),
    summary({ ...wanted, children: [] }, merge),
  ];
  const change = { action: "changed", kind, id, before, after } as const;
  merge.changes.push(merge.owned.has(id) || id === MARK_OWNED ? change : { ...change, adopted: true });
  return wanted.attributes;
}

/**
 * A live element that nobody desires: without an id it belongs to what it stands in, and goes with all but what others put into it. Beside
 * another of its name it stays, unless all goes that it stands in: Pacemaker takes the path of a patch without an id for the first of that name, whatever id that has
 * (lib/common/patchset.c), so that another set would go.
 */
function withoutOurs(child: XmlElement, within: XmlElement | undefined, place: MergePlace): XmlElement[] {
  const { merge, owner, ours } = place;
  if (!ours || child.attributes.id !== undefined) return withoutOwned(child, merge);
  if (child.name === COMMENT) return [child];
  if (within !== undefined && within.children.filter(({ name }) => name === child.name).length > 1)
    return [child];
  const noted = merge.changes.length;
  const children = child.children.flatMap((one) => withoutOurs(one, child, place));
  if (saysItself(child)) {
    const change = { action: "changed", kind: child.name, id: owner, before: ownText(child, merge) } as const;
    merge.changes.push(merge.owned.has(owner) ? change : { ...change, adopted: true });
  }
  if (merge.changes.length === noted) return [child];
  const holdsTheirs = children.some(({ name }) => name !== COMMENT);
  return holdsTheirs ? [{ ...child, attributes: {}, children }] : [];
}

/** A live element that nobody desires: gone where we own it, else kept with what is foreign in it. */
function withoutOwned(child: XmlElement, merge: Merge): XmlElement[] {
  const id = child.attributes.id;
  const ours = id !== undefined && child.name !== "node" && merge.owned.has(id) && !merge.desired.has(id);
  if (ours && !SETS_OTHERS_USE.has(child.name)) {
    merge.changes.push({ action: "removed", kind: child.name, id, before: summary(child, merge) });
    return [];
  }
  if (child.children.length === 0) return [child];
  const noted = merge.changes.length;
  const place = { merge, owner: id ?? "", ours, parent: child.name };
  const left = (within?: XmlElement): XmlElement[] => {
    merge.changes.splice(noted);
    return child.children.flatMap((grandchild) => withoutOurs(grandchild, within, place));
  };
  const goes = ours && left().length === 0;
  const children = goes ? [] : left(child);
  const unchanged =
    children.length === child.children.length && children.every((one, i) => one === child.children[i]);
  if (unchanged && !ours) return [child];
  if (goes) {
    merge.changes.splice(noted, merge.changes.length, {
      action: "removed",
      kind: child.name,
      id,
      before: summary(child, merge),
    });
    return [];
  }
  return [unchanged ? child : { ...child, children }];
}

// A set of ours may hold someone else's pair by now (`pcs resource disable` writes target-role): then only our pairs go.
const SETS_OTHERS_USE: ReadonlySet<string> = new Set([
  "meta_attributes",
  "instance_attributes",
  "cluster_property_set",
  "utilization",
]);

/** The members of a resource set, tag or ACL target of ours are what we say, in our order: they are references, not things of somebody's. */
function setMembers(live: XmlElement, wanted: XmlElement, merge: Merge): readonly XmlElement[] {
  const names = (set: XmlElement): string => set.children.map((child) => child.attributes.id ?? "").join(" ");
  const [id, before, after] = [wanted.attributes.id ?? "", names(live), names(wanted)];
  if (before === after) return live.children;
  merge.changes.push({ action: "changed", kind: wanted.name, id, before, after });
  return wanted.children;
}

/** Takes elements that we want elsewhere out of the place where someone moved them: an id may stand only once. */
function dropMisplaced(live: XmlElement, wanted: XmlElement, merge: Merge): XmlElement {
  const places = new Map<string, string>();
  const walk = (node: XmlElement, place: string): void => {
    const id = node.attributes.id;
    if (id !== undefined && node.name !== "node" && !isReference(node))
      places.set(id, `${place}/${node.name}`);
    for (const child of node.children) walk(child, placeOf(place, node));
  };
  walk(wanted, "");
  const clean = (node: XmlElement, place: string): XmlElement => {
    const here = placeOf(place, node);
    const kept = node.children.filter((child) => {
      const expected = places.get(child.attributes.id ?? "");
      if (child.name === "node" || isReference(child) || expected === undefined) return true;
      if (expected === `${here}/${child.name}`) return true;
      const id = child.attributes.id ?? "";
      merge.changes.push({ action: "removed", kind: child.name, id, before: summary(child, merge) });
      return false;
    });
    const children = kept.map((child) => clean(child, here));
    const same =
      children.length === node.children.length && children.every((child, i) => child === node.children[i]);
    return same ? node : { ...node, children };
  };
  return clean(live, "");
}

function placeOf(place: string, node: XmlElement): string {
  const name = node.name === "node" ? (node.attributes.uname ?? "") : (node.attributes.id ?? node.name);
  return `${place}/${name}`;
}

// In these the order of children of that name says something: ours first and in our order, then what others added.
const ORDERED: Readonly<Record<string, string>> = {
  group: "primitive",
  rsc_order: "resource_set",
  rsc_colocation: "resource_set",
};

function inOrder(wanted: XmlElement, children: readonly XmlElement[], merge: Merge): readonly XmlElement[] {
  const member = ORDERED[wanted.name];
  if (member === undefined) return children;
  const order = new Map(wanted.children.map((child, index) => [child.attributes.id, index]));
  const rank = (child: XmlElement): number => order.get(child.attributes.id) ?? order.size;
  const members = children.filter((child) => child.name === member);
  const ranked = [...members].sort((left, right) => rank(left) - rank(right));
  if (ranked.every((child, index) => child === members[index])) return children;
  const names = (list: readonly XmlElement[]): string =>
    list.map((child) => child.attributes.id ?? "").join(" ");
  const [id, before, after] = [wanted.attributes.id ?? "", names(members), names(ranked)];
  merge.changes.push({ action: "changed", kind: wanted.name, id, before, after });
  const next = ranked.values();
  return children.map((child) => (child.name === member ? (next.next().value ?? child) : child));
}

function sameIdentity(parent: XmlElement, live: XmlElement, wanted: XmlElement): boolean {
  if (live.name !== wanted.name) return false;
  if (live.name === "node") return live.attributes.uname === wanted.attributes.uname;
  if (live.name === "nvpair" && isShared(parent) && live.attributes.name === wanted.attributes.name) {
    // Another pair of that name may carry our id: that one is the match.
    const id = wanted.attributes.id;
    return live.attributes.id === id || parent.children.every((child) => child.attributes.id !== id);
  }
  const [one, other] = [live.attributes, wanted.attributes];
  return one.id === other.id && (one.id !== undefined || one["id-ref"] === other["id-ref"]);
}

function noteCreated(child: XmlElement, place: MergePlace): void {
  const { merge, owner } = place;
  const id = child.attributes.id;
  if (id === undefined) {
    if (owner !== "" && saysItself(child))
      merge.changes.push({ action: "changed", kind: child.name, id: owner, after: ownText(child, merge) });
    for (const inner of child.children) noteCreated(inner, place);
  } else {
    const kind = id === MARK_OWNED || isMark(child) ? "ownership" : child.name;
    merge.changes.push({ action: "created", kind, id, after: summary(child, merge) });
  }
}

function isMark(node: XmlElement): boolean {
  return node.children.some((child) => child.attributes.id === MARK_OWNED);
}

function sameAttributes(a: XmlElement["attributes"], b: XmlElement["attributes"]): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function idsOf(node: XmlElement): string[] {
  const id = node.name === "node" || isReference(node) ? undefined : node.attributes.id;
  return [...(id === undefined ? [] : [id]), ...node.children.flatMap(idsOf)];
}
